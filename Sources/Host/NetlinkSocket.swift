#if os(Linux)
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif

  /// A socket of netlink (netlink(7)), closed with its owner.
  ///
  /// It belongs to the network namespace of the thread that opens it, and needs no privilege.
  struct NetlinkSocket: ~Copyable {
    private static let netlink: Int32 = 16

    /// Whom it asks.
    enum Family: Int32 {
      /// rtnetlink(7).
      case route = 0
      /// sock_diag(7).
      case socketDiagnostics = 4
    }

    /// More than the kernel puts into one datagram of a dump.
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private let descriptor: Int32

    init(_ family: Family) throws(HostError) {
      #if canImport(Glibc)
        let kind = Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue)
      #else
        let kind = SOCK_RAW | SOCK_CLOEXEC
      #endif
      descriptor = socket(Self.netlink, kind, family.rawValue)
      guard descriptor >= 0 else { throw .system("the kernel cannot be asked by netlink") }
    }

    deinit { _ = close(descriptor) }

    func ask(_ request: Span<UInt8>) throws(HostError) {
      while true {
        // `request`, whole: the kernel copies it before the call returns.
        let count = unsafe request.withUnsafeBytes {
          unsafe send(descriptor, $0.baseAddress, $0.count, 0)
        }
        if count == request.count { return }
        if count < 0, errno == EINTR { continue }
        throw .system("the kernel cannot be asked by netlink")
      }
    }

    /// Waits for one datagram.
    mutating func receive<Result>(
      _ body: (Span<UInt8>) throws(HostError) -> Result
    ) throws(HostError) -> Result {
      while true {
        // The pointer and the count are those of the whole buffer; with MSG_TRUNC the answer is the
        // length that the datagram had.
        let count = unsafe buffer.withUnsafeMutableBytes { buffer in
          unsafe recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_TRUNC))
        }
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw .system("the kernel's answer cannot be read") }
        guard count <= buffer.count else {
          throw .failed("the kernel's answer cannot be read: one of \(count) octets")
        }
        return try body(buffer.span.extracting(first: count))
      }
    }
  }
#endif
