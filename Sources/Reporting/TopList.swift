/// The first rows of an order, out of any number: memory for `limit` rows, not for all.
///
/// Rows are told apart by their rank, the lowest first, so that a row of which nothing will be seen
/// is not even made.
struct TopList<Rank: Comparable, Row> {
  /// Nil: keeps every row.
  let limit: Int?
  /// How many rows were offered.
  private(set) var total = 0
  /// In order if there is a limit, each with the place of its row.
  private var ranks: [(rank: Rank, place: Int)] = []
  private var kept: [Row] = []

  init(limit: Int?) { self.limit = limit }

  /// Counts a row, and says whether it is to be inserted.
  mutating func admits(_ rank: Rank) -> Bool {
    total += 1
    guard kept.count == limit, let last = ranks.last else { return true }
    return rank < last.rank
  }

  /// - Precondition: the rank was admitted.
  mutating func insert(_ row: Row, _ rank: Rank) {
    guard let limit else {
      ranks.append((rank, kept.count))
      return kept.append(row)
    }
    var place = kept.count
    if place == limit, let last = ranks.popLast() {
      place = last.place
      kept[place] = row
    } else {
      kept.append(row)
    }
    let order = ranks.firstIndex { rank < $0.rank } ?? ranks.endIndex
    ranks.insert((rank, place), at: order)
  }

  /// In order; rows of the same rank stand as they came.
  var rows: [Row] {
    guard limit == nil else { return ranks.map { kept[$0.place] } }
    return ranks.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }.map { kept[$0.place] }
  }

  var hidden: Int { total - kept.count }
}

/// The rank of what is ordered by a value, the largest first, and then by what it is.
struct LargestFirst<Value: Comparable, Name: Comparable>: Comparable {
  let value: Value
  let name: Name

  init(_ value: Value, _ name: Name) {
    self.value = value
    self.name = name
  }

  static func < (left: Self, right: Self) -> Bool {
    left.value == right.value ? left.name < right.name : left.value > right.value
  }
}
