import Tracking

/// The late packets of connections that have left memory, the newest of them with what is known.
public struct LateMemory {
  typealias Newest = TopList<LargestFirst<Int, Int>, LateSegment>

  private var all = Newest(limit: ScreenSurvey.rowLimit)
  private(set) var byKind: [LateKind: Int] = [:]

  public init() {}

  public mutating func add(_ connection: ConnectionReport, _ selection: Selection) {
    for late in connection.late where selection.includes(late.to) {
      byKind[late.kind, default: 0] += 1
      Self.add(late, to: &all, by: ScreenFilter())
    }
  }

  func newest(by filter: ScreenFilter) -> Newest {
    if filter.isEmpty { return all }
    var newest = Newest(limit: ScreenSurvey.rowLimit)
    for late in all.rows { Self.add(late, to: &newest, by: filter) }
    return newest
  }

  static func add(_ late: LateSegment, to newest: inout Newest, by filter: ScreenFilter) {
    guard filter.admits(late) else { return }
    let rank = LargestFirst(late.frame, late.connection)
    if newest.admits(rank) { newest.insert(late, rank) }
  }
}
