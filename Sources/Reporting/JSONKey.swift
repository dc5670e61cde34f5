import Tracking

/// The name of a field, as it is written: in quotes, with its colon.
public struct JSONKey: ExpressibleByStringLiteral, Sendable {
  let label: Label

  /// - Parameter name: one of ours, without a character that needs an escape.
  init(_ name: String) { label = Label("\"\(name)\":") }

  public init(stringLiteral name: String) { self.init(name) }
}

/// Those of the objects of which there are many: made once.
extension JSONKey {
  static let activity = JSONKey("activity")
  static let address = JSONKey("address")
  static let afterClose = JSONKey("after_close")
  static let age = JSONKey("age")
  static let bytesSent = JSONKey("bytes_sent")
  static let certainty = JSONKey("certainty")
  static let close = JSONKey("close")
  static let closedFirst = JSONKey("closed_first")
  static let connection = JSONKey("connection")
  static let copies = JSONKey("copies")
  static let effect = JSONKey("effect")
  static let endpoint = JSONKey("endpoint")
  static let evidence = JSONKey("evidence")
  static let finAckedFrame = JSONKey("fin_acked_frame")
  static let finFrame = JSONKey("fin_frame")
  static let finRetransmissions = JSONKey("fin_retransmissions")
  static let firstFrame = JSONKey("first_frame")
  static let firstTime = JSONKey("first_time")
  static let frame = JSONKey("frame")
  static let from = JSONKey("from")
  static let gap = JSONKey("gap")
  static let initiator = JSONKey("initiator")
  static let kind = JSONKey("kind")
  static let lastFrame = JSONKey("last_frame")
  static let lastTime = JSONKey("last_time")
  static let local = JSONKey("local")
  static let mergedStreams = JSONKey("merged_streams")
  static let message = JSONKey("message")
  static let oneSided = JSONKey("one_sided")
  static let packets = JSONKey("packets")
  static let port = JSONKey("port")
  static let possible = JSONKey("possible")
  static let reachesNewConnection = JSONKey("reaches_new_connection")
  static let remote = JSONKey("remote")
  static let replyExpected = JSONKey("reply_expected")
  static let replyFrame = JSONKey("reply_frame")
  static let resetCause = JSONKey("reset_cause")
  static let responder = JSONKey("responder")
  static let role = JSONKey("role")
  static let rolesKnown = JSONKey("roles_known")
  static let rstFrame = JSONKey("rst_frame")
  static let since = JSONKey("since")
  static let state = JSONKey("state")
  static let stream = JSONKey("stream")
  static let time = JSONKey("time")
  static let to = JSONKey("to")
  static let until = JSONKey("until")
  static let wiresharkFilter = JSONKey("wireshark_filter")
}

/// What an object is, in its first field.
enum JSONObjectType: String {
  case capture, connection, endpoint, event, finding, interface, ladder, late, summary

  private static let connectionLabel = label(.connection)
  private static let endpointLabel = label(.endpoint)
  private static let findingLabel = label(.finding)
  private static let lateLabel = label(.late)

  private static func label(_ type: JSONObjectType) -> Label {
    Label("\"type\":\"\(type.rawValue)\"")
  }

  var label: Label {
    switch self {
    case .connection: Self.connectionLabel
    case .endpoint: Self.endpointLabel
    case .finding: Self.findingLabel
    case .late: Self.lateLabel
    case .capture, .event, .interface, .ladder, .summary: Self.label(self)
    }
  }
}

extension TCPState {
  private static let labels = allCases.map { Label("\"\($0.name)\"") }

  /// The name in quotes.
  var label: Label { Self.labels[Int(rawValue)] }
}
