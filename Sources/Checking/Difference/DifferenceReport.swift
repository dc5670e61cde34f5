import Dissection
import Reporting
import Tracking

/// What is different in a newer capture, for people and for programs.
public enum DifferenceReport {
  /// Connections that are listed; the others are counted.
  public static let limit = 20

  /// - Parameter isComplete: every connection is listed.
  public static func text(
    _ difference: Difference, palette: Palette = .plain, isComplete: Bool = false
  ) -> OutputBuffer {
    var output = OutputBuffer()
    let changes = difference.changes
    write("By rule", changes.filter { $0.scope == .rule }, palette, &output)
    write("By service", changes.filter { $0.scope == .service }, palette, &output)
    let connections = changes.filter { $0.scope == .connection }
    let ranked = Change.Verdict.allCases.flatMap { verdict in
      connections.filter { $0.verdict == verdict }
    }
    let shown = isComplete ? ranked.count : limit
    write("By connection", Array(ranked.prefix(shown)), palette, &output)
    if ranked.count > shown {
      output.appendLine("  and \((ranked.count - shown).grouped) more (--all lists them)")
    }
    output.appendLine(
      difference.verdict(palette))
    return output
  }

  private static func write(
    _ title: String, _ changes: [Change], _ palette: Palette, _ output: inout OutputBuffer
  ) {
    if changes.isEmpty { return }
    output.appendLine(palette.paint(title, as: .heading))
    for change in changes {
      output.appendWrapped(
        "\(change.verdict.rawValue): \(Escaping.terminal(change.sentence))", indent: 2)
    }
  }

  public static func json(_ difference: Difference) -> OutputBuffer {
    var json = JSONWriter()
    json.beginObject()
    json.key("changes")
    json.beginArray()
    for change in difference.changes {
      json.newLine()
      json.write(change)
    }
    json.endArray()
    json.key("summary")
    json.beginObject()
    json.field("type", word: "summary")
    for verdict in Change.Verdict.allCases {
      json.key(verdict.key)
      json.value(difference.count(verdict))
    }
    json.endObject()
    json.endObject()
    json.endLine()
    return json.output
  }
}

extension Change.Verdict {
  fileprivate var key: JSONKey {
    switch self {
    case .worse: "worse"
    case .better: "better"
    case .changed: "changed"
    }
  }
}

extension Difference {
  /// One sentence.
  fileprivate func verdict(_ palette: Palette) -> String {
    if changes.isEmpty { return palette.paint("Nothing is different.", as: .fine) }
    let counts = Change.Verdict.allCases.compactMap { verdict in
      count(verdict) == 0 ? nil : "\(count(verdict).grouped) \(verdict.rawValue)"
    }
    let beginning =
      isWorse
      ? palette.paint("It got worse", as: .problem) : palette.paint("Nothing got worse", as: .fine)
    return "\(beginning): \(counts.joined(separator: ", "))."
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ change: Change) {
    beginObject()
    field("type", word: "change")
    field("scope", word: change.scope.rawValue)
    field("verdict", word: change.verdict.rawValue)
    field("rule", change.rule)
    field("service", change.service)
    field("role", word: change.role?.name)
    field("kind", word: change.kind)
    field("before", change.before)
    field("now", change.now)
    field("sentence", change.sentence)
    endObject()
  }
}
