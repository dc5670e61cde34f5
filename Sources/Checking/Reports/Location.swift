import Reporting

/// Where reports that need a place in a file point to: the rule that is broken, or of the default
/// rules the capture.
struct Location {
  let path: String
  let line: Int
  let column: Int

  init(of rule: Rule, in report: CheckReport) {
    if let file = report.rulesFile, let place = rule.place {
      (path, line, column) = (Self.relative(file), place.line, place.column)
    } else {
      (path, line, column) = (Self.relative(report.captures.first?.file ?? "-"), 1, 1)
    }
  }

  private static func relative(_ path: String) -> String {
    path.hasPrefix("./") ? String(path.dropFirst(2)) : path
  }

  /// As a URI reference (RFC 3986): what is not plain in a path is percent-encoded.
  var uri: String {
    var text = path.hasPrefix("/") ? "file://" : ""
    for byte in path.utf8 {
      let isPlain =
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte.isDigit
        || "/._-~".utf8.contains(byte)
      if isPlain {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        text += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return text
  }
}

/// What a violation is known by from run to run, in reports that ask for it: its rule, service, role
/// and kind, and which of them it is.
struct Fingerprints {
  private var counts: [Tally.Key: Int] = [:]

  mutating func next(_ violation: Violation, of rule: Rule) -> String {
    let key = Tally.Key(violation, of: rule)
    let ordinal = counts[key, default: 0]
    counts[key] = ordinal + 1
    // FNV-1a: no secret is kept by it.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    let parts = [key.rule, key.place ?? "", key.role ?? "", key.kind, String(ordinal)]
    for byte in parts.joined(separator: "\u{0}").utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}

extension RuleResult {
  /// The lines that reports for people give of a broken rule, and how many violations are left out.
  ///
  /// - Parameter limit: violations to be listed.
  func lines(limit: Int) -> [String] {
    var lines = ["Expected: \(rule.requirement).", "Seen: \(seen)."]
    lines += ranked.prefix(limit).map(\.line)
    if violations.count > limit { lines.append("and \((violations.count - limit).grouped) more") }
    return lines.map { Escaping.terminal($0) }
  }
}
