import Dissection
import Tracking

/// All that dial a service from one address: of each such triple of (address, address, port), every
/// connection needs a port of its own.
public struct Dial: AddressKey, Hashable, Comparable {
  public var client: IPAddress
  public var service: SocketAddress

  public func mix(into hash: inout AddressHash) {
    client.mix(into: &hash)
    service.mix(into: &hash)
  }

  public static func < (left: Dial, right: Dial) -> Bool {
    left.service == right.service ? left.client < right.client : left.service < right.service
  }
}

/// Who holds how many TIME_WAITs, and how many of the ports are in use that there are for them.
struct DialCensus {
  struct Count: Equatable {
    /// At the client's end, and at the service's.
    var timeWaits = Pair(initiator: 0, responder: 0)
    /// Connections whose client's end is in another state, but CLOSED.
    var open = 0
    /// Of the ports that the client's kernel may choose, those in use.
    var taken = 0

    var allTimeWaits: Int { timeWaits.initiator + timeWaits.responder }
  }

  struct Row: Equatable {
    let dial: Dial
    let count: Count
    /// The client is this host.
    let isOwn: Bool
  }

  typealias Rank = LargestFirst<Int, LargestFirst<Int, Dial>>

  /// How many rows are kept.
  static let limit = 200

  /// Nil where they are not known.
  let ports: EphemeralPorts?
  private var counts = AddressTable<Dial, Count>()
  private(set) var timeWaits = Pair(initiator: 0, responder: 0)

  init(ports: EphemeralPorts?) { self.ports = ports }

  /// - Parameter shown: the ends that are to be counted.
  mutating func add(_ connection: ConnectionReport, shown: Pair<Bool>) {
    let service = connection.serviceRole
    let client = service.peer
    let states = (
      client: shown[client] ? connection.endpoints[client].claim.state : .closed,
      service: shown[service] ? connection.endpoints[service].claim.state : .closed
    )
    if states.client == .closed, states.service != .timeWait { return }
    let dial = Dial(
      client: connection.endpoints[client].local.address,
      service: connection.endpoints[service].local)
    if states.client == .timeWait { timeWaits.initiator += 1 }
    if states.service == .timeWait { timeWaits.responder += 1 }
    let isTaken =
      states.client != .closed
      && ports?.contains(connection.endpoints[client].local.port) ?? false
    add(dial, states, isTaken: isTaken)
  }

  private mutating func add(
    _ dial: Dial, _ states: (client: TCPState, service: TCPState), isTaken: Bool
  ) {
    // One look at the table for each connection.
    func count(_ count: inout Count) {
      if states.client == .timeWait { count.timeWaits.initiator += 1 }
      if states.service == .timeWait { count.timeWaits.responder += 1 }
      if states.client != .closed, states.client != .timeWait { count.open += 1 }
      if isTaken { count.taken += 1 }
    }
    count(&counts[dial, default: Count()])
  }

  /// Those of this host that have the fewest ports left, then those with the most TIME_WAITs.
  func rows(_ filter: ScreenFilter, isOwn: (IPAddress) -> Bool) -> TopList<Rank, Row> {
    var rows = TopList<Rank, Row>(limit: Self.limit)
    for (dial, count) in counts where count.allTimeWaits > 0 || count.taken > 0 {
      guard filter.admits(dial) else { continue }
      let isOwn = isOwn(dial.client)
      // A handful of open connections is nobody's trouble.
      let taken = isOwn && count.taken * 100 >= (ports?.count ?? .max) ? count.taken : 0
      guard count.allTimeWaits > 0 || taken > 0 else { continue }
      let rank = Rank(taken, LargestFirst(count.allTimeWaits, dial))
      if rows.admits(rank) { rows.insert(Row(dial: dial, count: count, isOwn: isOwn), rank) }
    }
    return rows
  }
}
