#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An input as the system gives it: an open file descriptor that is closed with its owner.
final class InputFile {
  /// As the user wrote it; `-` for standard input.
  let path: String
  /// In bytes; nil for pipes and devices.
  let size: UInt64?
  /// Bytes read so far.
  private(set) var position: UInt64 = 0

  private var descriptor: Int32

  /// - Throws: `unreadable` with a sentence that names the input.
  init(path: String) throws(CaptureError) {
    self.path = path
    let name = path == "-" ? "standard input" : path
    // The path becomes a C string for the call.
    descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .unreadable("cannot open \(name): \(InputFile.words(errno))")
    }
    var status = stat()
    // `status` is a local of the type that fstat fills, and lives through the call.
    guard unsafe fstat(descriptor, &status) == 0 else {
      let reason = InputFile.words(errno)
      if path != "-" { _ = close(descriptor) }
      throw .unreadable("cannot read \(name): \(reason)")
    }
    let kind = status.st_mode & S_IFMT
    guard kind != S_IFDIR else {
      if path != "-" { _ = close(descriptor) }
      throw .unreadable("cannot read \(name): it is a directory")
    }
    size = kind == S_IFREG ? UInt64(max(0, status.st_size)) : nil
  }

  deinit { end() }

  /// Fills `target` from its start with what one read gives.
  ///
  /// - Returns: 0 at the end of the input.
  /// - Throws: the system's words.
  func read(into target: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
    guard descriptor >= 0, let base = target.baseAddress else { return 0 }
    while true {
      #if canImport(Glibc)
        // `target` is memory of the caller's, of the count given.
        let count = unsafe Glibc.read(descriptor, base, target.count)
      #elseif canImport(Musl)
        let count = unsafe Musl.read(descriptor, base, target.count)
      #else
        let count = unsafe Darwin.read(descriptor, base, target.count)
      #endif
      if count >= 0 {
        position += UInt64(count)
        return count
      }
      guard errno == EINTR else { throw ReadFailure(reason: InputFile.words(errno)) }
    }
  }

  /// Gives the descriptor back before the owner goes; nothing can be read afterwards.
  func end() {
    if descriptor > STDIN_FILENO { _ = close(descriptor) }
    descriptor = -1
  }

  /// Asks the system for as many descriptors as `count` inputs need, if it has a lower limit.
  static func allow(open count: Int) {
    #if canImport(Glibc)
      let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let files = RLIMIT_NOFILE
    #endif
    var limit = rlimit()
    // `limit` is a local of the type that both calls take. Refusal shows when a file is opened.
    guard unsafe getrlimit(files, &limit) == 0 else { return }
    let wanted = rlim_t(count) + 64
    guard limit.rlim_cur < wanted else { return }
    limit.rlim_cur = min(wanted, limit.rlim_max)
    _ = unsafe setrlimit(files, &limit)
  }

  private static func words(_ number: Int32) -> String {
    // strerror answers with a C string for every number; it is copied at once.
    unsafe String(cString: strerror(number))
  }
}

/// The system could not read on: its own words.
struct ReadFailure: Error {
  let reason: String
}
