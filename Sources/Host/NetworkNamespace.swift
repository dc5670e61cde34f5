#if os(Linux)
  import CLinux

  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif

  /// A network namespace that is named by a path: `/var/run/netns/NAME`, `/proc/PID/ns/net`.
  ///
  /// A socket belongs for good to the namespace of the thread that opens it. So it is enough to open
  /// them on a thread that has entered the namespace, and that ends with it; no other thread of the
  /// process ever leaves its own.
  public final class NetworkNamespace: Sendable {
    private static let networkKind: Int32 = 0x4000_0000  // CLONE_NEWNET

    public let path: String
    private let descriptor: Int32

    /// - Parameter name: a path, or the name of one of `ip netns`.
    public init(_ name: String) throws(HostError) {
      path = name.contains("/") ? name : "/var/run/netns/" + name
      // The path becomes a C string for the call.
      descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        if errno == ENOENT || errno == ENOTDIR {
          throw .unknownName("there is no network namespace \(path)")
        }
        throw .system("the network namespace \(path) cannot be opened")
      }
    }

    deinit { _ = close(descriptor) }

    /// Runs `body` on a thread of its own within the namespace, while the caller waits.
    public func run<Value: ~Copyable>(_ body: () -> Value) throws(HostError) -> Value {
      var value: Value?
      var refusal: Int32 = 0
      try Thread.run {
        if setns(descriptor, Self.networkKind) == 0 {
          value = body()
        } else {
          refusal = errno
        }
      }
      if let value { return value }
      if refusal == EINVAL { throw .unknownName("\(path) is not a network namespace") }
      throw .system("the network namespace \(path) cannot be entered", refusal)
    }
  }

  /// A thread that does one thing, while the one that starts it waits: they never run at once.
  private enum Thread {
    private final class Work {
      let body: () -> Void
      init(_ body: @escaping () -> Void) { self.body = body }
    }

    static func run(_ body: () -> Void) throws(HostError) {
      let number = withoutActuallyEscaping(body) { body in
        start(Work(body))
      }
      guard number == 0 else { throw .system("no thread can be started", number) }
    }

    /// - Returns: 0 once the thread has ended, or why it was not started.
    private static func start(_ work: Work) -> Int32 {
      var thread = pthread_t()
      // `work` outlives the thread, which is joined here.
      let context = unsafe Unmanaged.passUnretained(work).toOpaque()
      let number = unsafe pthread_create(
        &thread, nil,
        { context in
          if let context = unsafe context {
            unsafe Unmanaged<Work>.fromOpaque(context).takeUnretainedValue().body()
          }
          return nil
        }, context)
      if number == 0 { pthread_join(thread, nil) }
      return withExtendedLifetime(work) { number }
    }
  }
#endif
