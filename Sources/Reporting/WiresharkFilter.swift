import Dissection
import Tracking

/// Display filters to paste into Wireshark 3.6 or later, or into `tshark -Y`.
public enum WiresharkFilter {
  /// More frames than this make a filter nobody pastes.
  static let frameLimit = 24

  /// All packets of some tcp.stream indices.
  public static func streams(_ streams: [Int]) -> String {
    streams.count == 1
      ? "tcp.stream == \(streams[0])" : "tcp.stream in {\(list(streams))}"
  }

  /// Some packets; nil for none or too many.
  public static func frames(_ frames: [Int]) -> String? {
    switch frames.count {
    case 0: nil
    case 1: "frame.number == \(frames[0])"
    case ...frameLimit: "frame.number in {\(list(frames))}"
    default: nil  // an Int
    }
  }

  /// All packets between two ends, whatever their streams will be.
  static func ends(_ one: SocketAddress, _ other: SocketAddress) -> String {
    [one, other].map { end in
      "\(end.address.version4 == nil ? "ipv6" : "ip").addr == \(end.address.text) && "
        + "tcp.port == \(end.port)"
    }.joined(separator: " && ")
  }

  private static func list(_ numbers: [Int]) -> String {
    numbers.map(String.init).joined(separator: ", ")
  }
}

extension ConnectionReport {
  /// All packets of this connection; where Wireshark splits it, those of all its streams.
  public var wiresharkFilter: String {
    isUnseen
      ? WiresharkFilter.ends(endpoints.initiator.local, endpoints.initiator.remote)
      : WiresharkFilter.streams(mergedStreams)
  }
}

extension OutputBuffer {
  /// See `Finding.wiresharkFilter`; no character of it needs an escape in JSON.
  mutating func append(filterOf finding: Finding, in connection: ConnectionReport) {
    guard finding.kind != .latePackets, connection.otherStreams.isEmpty, !connection.isUnseen
    else {
      return append(finding.wiresharkFilter(in: connection))
    }
    append("tcp.stream == ")
    appendDecimal(Int64(connection.stream))
  }
}

extension Finding {
  /// The packets that show the finding: the late ones themselves, else the whole connection.
  public func wiresharkFilter(in connection: ConnectionReport) -> String {
    guard kind == .latePackets else { return connection.wiresharkFilter }
    return ownFilter(in: connection) ?? connection.wiresharkFilter
  }

  /// The packets of which the finding consists; nil where it is a state, or where they are many.
  func ownFilter(in connection: ConnectionReport) -> String? {
    switch kind {
    case .latePackets:
      let frames = connection.late.flatMap { [$0.frame] + ($0.replyFrame.map { [$0] } ?? []) }
      return WiresharkFilter.frames(Set(frames).sorted())
    case .reset: return WiresharkFilter.frames(connection.evidence(of: self))
    case .closeWait, .timeWait, .finWait1, .finWait2, .lastAck, .closing, .halfOpen: return nil
    }
  }
}
