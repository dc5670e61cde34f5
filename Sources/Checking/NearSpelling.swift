/// Which of the words that are known may have been meant.
enum NearSpelling {
  /// The nearest known word, if it is near: `servcie` is `service`.
  static func of(_ word: String, among known: [String]) -> String? {
    let written = folded(word)
    let ranked = known.map { (word: $0, distance: distance(written, folded($0))) }
    guard let nearest = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return nearest.distance <= min(3, max(1, written.count / 2)) ? nearest.word : nil
  }

  /// Words that differ in case, hyphens and underscores alone are the same.
  private static func folded(_ word: String) -> [UInt8] {
    word.lowercased().utf8.prefix(40).map {
      $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: " ") ? UInt8(ascii: "_") : $0
    }
  }

  /// Insertions, deletions, replacements and swaps of neighbours (Damerau and Levenshtein).
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var rows = [Array(0...other.count)]
    for (i, left) in one.enumerated() {
      var row = [i + 1]
      for (j, right) in other.enumerated() {
        var cost = min(rows[i][j] + (left == right ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, left == other[j - 1], one[i - 1] == right {
          cost = min(cost, rows[i - 1][j - 1] + 1)
        }
        row.append(cost)
      }
      rows.append(row)
    }
    return rows[one.count][other.count]
  }
}
