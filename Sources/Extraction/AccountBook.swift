import Dissection
import Tracking

/// The accounts of connections, by their ends.
public struct AccountBook {
  private var numbered: [ConnectionEnds: [(number: Int, account: Account)]] = [:]
  private let minimumAge: Interval

  /// - Parameter minimumAge: a state younger than this is no finding.
  public init(minimumAge: Interval) { self.minimumAge = minimumAge }

  /// - Parameter instant: that the connection is told of.
  public mutating func add(_ connection: ConnectionReport, at instant: Timestamp) {
    let account = Account(connection, at: instant, minimumAge: minimumAge)
    numbered[account.pair, default: []].append((connection.number, account))
  }

  /// Those of one pair of ends, in order of their numbers.
  public subscript(ends: ConnectionEnds) -> [Account] {
    (numbered[ends] ?? []).sorted { $0.number < $1.number }.map(\.account)
  }
}
