#if os(Linux)
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif

  /// The ports that the kernel may choose for those who dial, in one network namespace (ip(7):
  /// ip_local_port_range, ip_local_reserved_ports).
  ///
  /// They are those of the namespace in which the files were opened, and are read as often as asked:
  /// whoever runs out of ports widens the range.
  public final class LocalPorts {
    public struct Settings: Equatable, Sendable {
      public var range: ClosedRange<UInt16>
      /// Never chosen; in order, and none overlaps another.
      public var reserved: [ClosedRange<UInt16>]
    }

    private let range: Int32
    private let reserved: Int32

    /// In the calling thread's network namespace.
    ///
    /// - Parameter folder: where the kernel's settings are.
    public init(folder: String = "/proc/sys/net/ipv4") {
      // The paths become C strings for the calls; what cannot be opened is -1, and read as nothing.
      range = unsafe open("\(folder)/ip_local_port_range", O_RDONLY | O_CLOEXEC)
      reserved = unsafe open("\(folder)/ip_local_reserved_ports", O_RDONLY | O_CLOEXEC)
    }

    deinit {
      for descriptor in [range, reserved] where descriptor >= 0 { _ = close(descriptor) }
    }

    /// As they are now; nil where the kernel does not tell.
    public var settings: Settings? {
      guard let bounds = text(range).flatMap(Self.range(of:)) else { return nil }
      return Settings(range: bounds, reserved: Self.ranges(of: text(reserved) ?? ""))
    }

    /// `32768	60999`.
    static func range(of text: String) -> ClosedRange<UInt16>? {
      let bounds = text.split { $0.isWhitespace }.compactMap { UInt16($0) }
      guard bounds.count == 2, bounds[0] <= bounds[1] else { return nil }
      return bounds[0]...bounds[1]
    }

    /// `8080,9000-9100`.
    static func ranges(of text: String) -> [ClosedRange<UInt16>] {
      text.split { $0 == "," || $0.isWhitespace }.compactMap { part in
        let bounds = part.split(separator: "-").compactMap { UInt16($0) }
        guard let first = bounds.first, let last = bounds.last, first <= last else { return nil }
        return first...last
      }
    }

    private func text(_ descriptor: Int32) -> String? {
      // The longest list that the kernel writes: 65,536 ports, every second one reserved.
      var contents = [UInt8](repeating: 0, count: 1 << 18)
      // From the first octet to the end of the array.
      let count = unsafe contents.withUnsafeMutableBytes { buffer in
        unsafe pread(descriptor, buffer.baseAddress, buffer.count, 0)
      }
      return count > 0 ? String(decoding: contents[..<count], as: UTF8.self) : nil
    }
  }
#endif
