import Dissection

/// The timers of a TCP implementation, which leave no packet when they fire.
public struct HostProfile: Equatable, Sendable {
  public enum Name: String, CaseIterable, Sendable {
    case linux, windows, macos, freebsd, openbsd, solaris, rfc
  }

  public var name: Name
  /// 2MSL (RFC 9293 section 3.4.2; Linux include/net/tcp.h TCP_TIMEWAIT_LEN).
  public var timeWait: Interval
  /// How long FIN_WAIT_2 lasts after close(); nil: for ever.
  public var finWait2: Interval?

  public init(_ name: Name) {
    self.name = name
    switch name {
    case .linux: (timeWait, finWait2) = (.seconds(60), .seconds(60))
    case .windows: (timeWait, finWait2) = (.seconds(120), nil)
    case .macos: (timeWait, finWait2) = (.seconds(30), .seconds(60))
    case .freebsd: (timeWait, finWait2) = (.seconds(60), .seconds(60))
    case .openbsd: (timeWait, finWait2) = (.seconds(60), nil)
    case .solaris: (timeWait, finWait2) = (.seconds(60), .seconds(60))
    case .rfc: (timeWait, finWait2) = (.seconds(240), nil)
    }
  }
}
