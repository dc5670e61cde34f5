import Yams

/// The keys and values of one mapping in a file of rules.
struct RuleFields {
  struct Field {
    let key: String
    let keyPlace: RulePlace
    let value: Node

    var place: RulePlace { value.place ?? keyPlace }
  }

  let place: RulePlace
  let fields: [Field]

  subscript(key: String) -> Field? { fields.first { $0.key == key } }

  /// Those of some keys that are there.
  func present(_ keys: [String]) -> [Field] { fields.filter { keys.contains($0.key) } }
}

extension Node {
  var place: RulePlace? { mark.map { RulePlace(line: $0.line, column: $0.column) } }

  /// Nil for a list or a mapping, and where nothing is written.
  var text: String? {
    guard let scalar, !(isPlain(scalar) && ["", "~", "null"].contains(scalar.string)) else {
      return nil
    }
    return scalar.string
  }

  private func isPlain(_ scalar: Scalar) -> Bool { scalar.style == .plain }
}

/// Reading of values; what is wrong is noted, and reading goes on.
struct RuleNotes {
  private(set) var mistakes: [RuleMistake] = []

  mutating func note(_ place: RulePlace, _ sentence: String) {
    mistakes.append(RuleMistake(place: place, sentence: sentence))
  }

  /// The keys of a mapping, of which each must be known.
  mutating func fields(
    of node: Node, at place: RulePlace, what: String, known: [String]
  ) -> RuleFields? {
    guard let mapping = node.mapping else {
      note(place, "\(what) is a mapping of keys to values, like '\(known[0]): …'")
      return nil
    }
    var fields: [RuleFields.Field] = []
    for (key, value) in mapping {
      let keyPlace = key.place ?? place
      let text = key.scalar?.string ?? ""
      if known.contains(text) {
        fields.append(RuleFields.Field(key: text, keyPlace: keyPlace, value: value))
      } else {
        note(keyPlace, unknown(text, "key of \(what)", among: known))
      }
    }
    return RuleFields(place: node.place ?? place, fields: fields)
  }

  /// That a word is none of those which are known.
  func unknown(_ word: String, _ what: String, among known: [String]) -> String {
    let beginning = "'\(word)' is no \(what)"
    if let near = NearSpelling.of(word, among: known) {
      return "\(beginning): did you mean '\(near)'?"
    }
    return "\(beginning); there are \(known.joined(separator: ", "))"
  }

  // MARK: Values

  /// The one value of a field.
  mutating func value<Value>(
    _ field: RuleFields.Field?, _ expected: String, _ parse: (String) -> Value?
  ) -> Value? {
    guard let field else { return nil }
    if let text = field.value.text, let value = parse(text) { return value }
    note(field.place, "'\(field.key)' is \(expected)\(instead(field.value))")
    return nil
  }

  /// One value or a list of them.
  mutating func values<Value>(
    _ field: RuleFields.Field?, _ expected: String, _ parse: (String) -> Value?
  ) -> [Value] {
    guard let field else { return [] }
    var values: [Value] = []
    for node in nodes(of: field) {
      if let text = node.text, let value = parse(text) {
        values.append(value)
      } else {
        note(
          node.place ?? field.place,
          "'\(field.key)' is \(expected), or a list of them\(instead(node))")
      }
    }
    return values
  }

  /// One word or a list of them, out of those that are known.
  ///
  /// - Parameter any: what `any` stands for; nil: it stands for nothing.
  mutating func words<Value>(
    _ field: RuleFields.Field?, _ what: String, any: [Value]?, _ known: [(String, Value)]
  ) -> [Value] {
    guard let field else { return [] }
    if let any, field.value.text == "any" { return any }
    let names = known.map(\.0) + (any == nil ? [] : ["any"])
    var values: [Value] = []
    for node in nodes(of: field) {
      let place = node.place ?? field.place
      guard let text = node.text else {
        note(place, "'\(field.key)' is one of \(names.joined(separator: ", ")), or a list of them")
        continue
      }
      if let value = known.first(where: { $0.0 == text })?.1 {
        values.append(value)
      } else {
        note(place, unknown(text, what, among: names))
      }
    }
    return values
  }

  mutating func flag(_ field: RuleFields.Field?) -> Bool {
    value(field, "true or false") { ["true": true, "false": false][$0] } ?? false
  }

  private mutating func nodes(of field: RuleFields.Field) -> [Node] {
    guard let sequence = field.value.sequence else { return [field.value] }
    if sequence.isEmpty { note(field.place, "'\(field.key)' is an empty list") }
    return Array(sequence)
  }

  private func instead(_ node: Node) -> String {
    switch node {
    case .scalar: node.text.map { ", not '\($0)'" } ?? "; nothing is written here"
    case .mapping: ", not a mapping"
    case .sequence: ", not a list"
    case .alias: ", not an alias"
    }
  }
}
