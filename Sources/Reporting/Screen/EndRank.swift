import Dissection
import Tracking

/// The place of an end in the order that was asked for.
struct EndRank: Comparable {
  private let isReversed: Bool
  private let address: SocketAddress?
  private let text: String
  private let state: UInt8
  private let since: Int64
  private let connection: Int
  private let local: SocketAddress

  /// - Parameters:
  ///   - since: when its state began.
  ///   - program: who holds it, asked for where the order needs it.
  init(
    _ end: EndpointReport, of connection: Int, since: Timestamp, by query: ScreenQuery,
    program: @autoclosure () -> String?
  ) {
    isReversed = query.isReversed
    address =
      switch query.order {
      case .local: end.local
      case .remote: end.remote
      case .age, .program, .state: nil
      }
    // What has no program comes last.
    text = query.order == .program ? program()?.lowercased() ?? "\u{10FFFF}" : ""
    state = query.order == .state ? end.claim.state.rawValue : 0
    self.since = since.nanoseconds
    self.connection = connection
    local = end.local
  }

  static func < (left: EndRank, right: EndRank) -> Bool {
    left.isReversed ? right.precedes(left) : left.precedes(right)
  }

  private func precedes(_ other: EndRank) -> Bool {
    if let address, let theirs = other.address, address != theirs { return address < theirs }
    if text != other.text { return text < other.text }
    if state != other.state { return state < other.state }
    if since != other.since { return since < other.since }
    if connection != other.connection { return connection < other.connection }
    return local < other.local
  }
}
