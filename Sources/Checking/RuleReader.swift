import Dissection
import Reporting
import Tracking
import Yams

/// Reads a file of rules: YAML, as Documentation/rules.md and rules.schema.json describe it.
public struct RuleReader {
  /// A larger file is not read: rules are written by people.
  public static let maximumBytes = 1 << 20

  private static let fileKeys = ["rules", "defaults"]
  static let ruleKeys = [
    "name", "service", "initiator", "network", "port", "connection", "between", "host", "role",
    "required", "never", "limit", "always", "expect",
  ]
  private static let demands = ["never", "limit", "always", "expect"]
  private static let start = RulePlace(line: 1, column: 1)

  var notes = RuleNotes()

  private init() {}

  /// The rules of a file, in its order; where it asks for them, the default rules behind them.
  ///
  /// - Throws: `RulesError`, with all that is wrong.
  public static func rules(yaml: String) throws -> [Rule] {
    var reader = RuleReader()
    let rules = reader.read(yaml)
    let mistakes = reader.notes.mistakes.sorted {
      ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column)
    }
    guard mistakes.isEmpty else { throw RulesError(mistakes: mistakes) }
    return rules
  }

  private mutating func read(_ yaml: String) -> [Rule] {
    guard let root = compose(yaml) else { return [] }
    guard
      let file = notes.fields(
        of: root, at: Self.start, what: "a file of rules", known: Self.fileKeys)
    else { return [] }
    let addsDefaults = notes.flag(file["defaults"])
    guard let list = file["rules"] else {
      notes.note(file.place, "there are no 'rules'")
      return []
    }
    guard let nodes = list.value.sequence, !nodes.isEmpty else {
      notes.note(list.place, "'rules' is a list of rules, each beginning with '- name: …'")
      return []
    }
    var rules: [Rule] = []
    for node in nodes {
      guard let rule = rule(node, at: node.place ?? list.place) else { continue }
      rules.append(rule)
    }
    return rules + (addsDefaults ? DefaultRules.rules : [])
  }

  private mutating func compose(_ yaml: String) -> Node? {
    do {
      let node = try Parser(yaml: yaml, encoding: .utf8).singleRoot()
      if node == nil { notes.note(Self.start, "the file is empty: there are no 'rules'") }
      return node
    } catch let error as YamlError {
      let (place, sentence) = error.mistake
      notes.note(place, sentence)
    } catch {
      notes.note(Self.start, "this is not YAML: \(error)")
    }
    return nil
  }

  // MARK: A rule

  private var names: Set<String> = []

  private mutating func rule(_ node: Node, at place: RulePlace) -> Rule? {
    guard let fields = notes.fields(of: node, at: place, what: "a rule", known: Self.ruleKeys)
    else { return nil }
    let name = name(fields)
    let selector = selector(fields)
    let isRequired = notes.flag(fields["required"])
    guard let demand = demand(fields), let name else { return nil }
    if case .expect = demand, selector.connection == nil, selector == RuleSelector() {
      notes.note(
        fields["expect"]?.keyPlace ?? place,
        "'expect' needs to be told of which connections, for example by 'connection'")
    }
    return Rule(
      name: name, selector: selector, demand: demand, isRequired: isRequired, place: fields.place)
  }

  private mutating func name(_ fields: RuleFields) -> String? {
    guard let field = fields["name"] else {
      notes.note(fields.place, "a rule needs a 'name'")
      return nil
    }
    let name = notes.value(field, "a line of text") { text in
      text.isEmpty || text.count > 200 || text.contains(where: \.isNewline) ? nil : text
    }
    if let name, !names.insert(name).inserted {
      notes.note(field.place, "another rule has the name '\(name)' already")
    }
    return name
  }

  private mutating func demand(_ fields: RuleFields) -> Demand? {
    let present = fields.present(Self.demands)
    guard let field = present.first else {
      notes.note(
        fields.place, "a rule needs 'never', 'limit', 'always' or 'expect': what must hold")
      return nil
    }
    for other in present.dropFirst() {
      notes.note(
        other.keyPlace, "a rule asks for one thing: '\(field.key)' stands here already")
    }
    switch field.key {
    case "never": return condition(field, .never).map { .never($0.condition) }
    case "always": return condition(field, .always).map { .always($0.condition) }
    case "limit":
      guard let limited = condition(field, .limit), let bound = limited.bound else { return nil }
      return .limit(limited.condition, bound)
    default:  // one of `demands`
      return expectation(field).map { .expect($0) }
    }
  }
}

extension YamlError {
  /// Where, and what is wrong.
  fileprivate var mistake: (RulePlace, String) {
    switch self {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      // libyaml's words: "while parsing a block mapping", "did not find expected key".
      let during = context.map { " \($0.text)" } ?? ""
      return (
        RulePlace(line: mark.line, column: mark.column), "this is not YAML: \(problem)\(during)"
      )
    case .reader(let problem, let offset, _, let yaml):
      return (
        RulePlace(offset: offset ?? 0, in: yaml), "this is not YAML: \(problem.lowercased())"
      )
    case .duplicatedKeysInMapping(let duplicates, let context):
      return (
        RulePlace(line: context.mark.line, column: context.mark.column),
        "the key '\(duplicates.first ?? "")' stands twice in the same mapping"
      )
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      return (RulePlace(line: 1, column: 1), "this is not YAML: \(self)")
    }
  }
}

extension RulePlace {
  /// - Parameter offset: in characters.
  fileprivate init(offset: Int, in text: String) {
    let before = text.prefix(offset)
    let lineStart = before.lastIndex(where: \.isNewline).map { before.index(after: $0) }
    self.init(
      line: before.count(where: \.isNewline) + 1,
      column: before[(lineStart ?? before.startIndex)...].unicodeScalars.count + 1)
  }
}
