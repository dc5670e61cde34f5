import Dissection
import Tracking

/// What a row stands for.
public enum ScreenRow {
  public enum ID: Hashable, Sendable {
    /// Of a connection, from its own address to the other.
    case end(Int, SocketAddress, SocketAddress)
    case dial(Dial)
    case late(frame: Int)
  }
}

/// The rows of each list, as a query asks for them: where they were chosen by an older query, what
/// can be had of the new one.
extension ScreenSnapshot {
  func rows(_ list: Ends, _ query: ScreenQuery) -> [End] {
    if query == self.query { return list.rows }
    return list.rows
      .filter { query.filter.admits($0.row.end, $0.row.host) }
      .map { end in
        let rank = EndRank(
          end.row.end, of: end.row.connection, since: end.since, by: query,
          program: end.row.host?.process?.name)
        return (rank: rank, end: end)
      }
      .sorted { $0.rank < $1.rank }
      .map(\.end)
  }

  func dialRows(_ query: ScreenQuery) -> [DialCensus.Row] {
    query == self.query ? dials.rows : dials.rows.filter { query.filter.admits($0.dial) }
  }

  func lateRows(_ query: ScreenQuery) -> [LateSegment] {
    query == self.query ? late.rows : late.rows.filter { query.filter.admits($0) }
  }

  func ids(_ panel: ScreenView.Panel, _ query: ScreenQuery) -> [ScreenRow.ID] {
    switch panel {
    case .closeWait: rows(closeWait, query).map(\.id)
    case .ends: rows(ends, query).map(\.id)
    case .timeWait: dialRows(query).map { .dial($0.dial) }
    case .late: lateRows(query).map { .late(frame: $0.frame) }
    }
  }
}
