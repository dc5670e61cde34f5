import Dissection

extension TCPFlags {
  /// Flags by their letters, in any order: F S R P A U E C. Another letter traps.
  public init(_ letters: String) {
    self = []
    for letter in letters {
      switch letter {
      case "F": insert(.fin)
      case "S": insert(.syn)
      case "R": insert(.rst)
      case "P": insert(.psh)
      case "A": insert(.ack)
      case "U": insert(.urg)
      case "E": insert(.ece)
      case "C": insert(.cwr)
      default: preconditionFailure("no TCP flag: \(letter)")
      }
    }
  }
}

extension Timestamp {
  /// Seconds from the start of a test's time, to the nanosecond.
  public static func at(_ seconds: Double) -> Timestamp {
    Timestamp(nanoseconds: Int64((seconds * 1e9).rounded()))
  }
}

extension TCPOptions {
  /// - Parameters:
  ///   - ts: TSval and TSecr.
  ///   - sack: SACK permitted.
  public static func make(
    mss: UInt16? = nil, scale: UInt8? = nil, sack: Bool = false, ts: (UInt32, UInt32)? = nil,
    fastOpen: Bool = false
  ) -> TCPOptions {
    var options = TCPOptions()
    options.maximumSegmentSize = mss
    options.windowScale = scale
    options.sackPermitted = sack
    options.hasFastOpen = fastOpen
    if let ts {
      options.hasTimestamps = true
      options.timestampValue = ts.0
      options.timestampEcho = ts.1
    }
    return options
  }
}

extension Segment {
  /// A segment as a test tells it: `.make(at: 0.01, from: a, to: b, "FA", seq: 100, ack: 1)`.
  ///
  /// - Parameters:
  ///   - seconds: from the start of the test's time.
  ///   - flags: letters as in `TCPFlags.init(_:)`.
  ///   - frame: the caller numbers its frames.
  ///   - ttl: time to live or hop limit.
  public static func make(
    frame: Int = 1, at seconds: Double = 0, from source: SocketAddress,
    to destination: SocketAddress, _ flags: String, seq: UInt32, ack: UInt32 = 0, len: UInt32 = 0,
    win: UInt16 = 65535, ts: (UInt32, UInt32)? = nil, mss: UInt16? = nil, scale: UInt8? = nil,
    sack: Bool = false, fastOpen: Bool = false, ipID: UInt16 = 0, ttl: UInt8 = 64,
    vlan: UInt16 = 0, interface: UInt16 = 0
  ) -> Segment {
    Segment(
      frame: frame, time: .at(seconds), source: source, destination: destination,
      sequenceNumber: SequenceNumber(seq), acknowledgmentNumber: SequenceNumber(ack),
      flags: TCPFlags(flags), window: win, payloadLength: len,
      options: .make(mss: mss, scale: scale, sack: sack, ts: ts, fastOpen: fastOpen),
      ipIdentification: ipID, hopLimit: ttl, vlan: vlan, interface: interface)
  }
}
