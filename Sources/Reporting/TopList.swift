/// The first rows of an order, out of any number: memory for `limit` rows, not for all.
struct TopList<Row> {
  /// Nil: keeps every row.
  let limit: Int?
  let comesBefore: (Row, Row) -> Bool
  /// How many rows were offered.
  private(set) var total = 0
  private var kept: [Row] = []

  init(limit: Int?, comesBefore: @escaping (Row, Row) -> Bool) {
    self.limit = limit
    self.comesBefore = comesBefore
  }

  mutating func offer(_ row: Row) {
    total += 1
    guard let limit else { return kept.append(row) }
    if kept.count == limit {
      guard let last = kept.last, comesBefore(row, last) else { return }
      kept.removeLast()
    }
    let place = kept.firstIndex { comesBefore(row, $0) } ?? kept.endIndex
    kept.insert(row, at: place)
  }

  /// In order; rows that compare equal stand as they came.
  var rows: [Row] {
    guard limit == nil else { return kept }
    return kept.enumerated()
      .sorted { left, right in
        if comesBefore(left.element, right.element) { return true }
        return !comesBefore(right.element, left.element) && left.offset < right.offset
      }
      .map(\.element)
  }

  var hidden: Int { total - kept.count }
}
