import Testing

@testable import Checking

/// What is wrong in a file of rules is named with its line and column, all of it at once.
@Suite struct RuleMistakeTests {
  /// A file, and of each mistake in it the line, the column and words of the sentence.
  struct Example: CustomTestStringConvertible {
    let yaml: String
    let mistakes: [(line: Int, column: Int, words: String)]

    var testDescription: String { yaml }

    init(_ yaml: String, _ mistakes: (Int, Int, String)...) {
      self.yaml = yaml
      self.mistakes = mistakes.map { (line: $0.0, column: $0.1, words: $0.2) }
    }

    /// One rule with a name, and these lines.
    static func rule(_ lines: String, _ mistakes: (Int, Int, String)...) -> Example {
      var example = Example("rules:\n  - name: a\n" + lines)
      example = Example(yaml: example.yaml, mistakes)
      return example
    }

    private init(yaml: String, _ mistakes: [(Int, Int, String)]) {
      self.yaml = yaml
      self.mistakes = mistakes.map { (line: $0.0, column: $0.1, words: $0.2) }
    }
  }

  static let files = [
    Example("", (1, 1, "the file is empty")),
    Example("just words\n", (1, 1, "a mapping of keys to values")),
    Example("rule: []\n", (1, 1, "did you mean 'rules'?"), (1, 1, "there are no 'rules'")),
    Example("rules: []\n", (1, 8, "a list of rules")),
    Example("rules: all\n", (1, 8, "a list of rules")),
    Example("rules:\n", (1, 7, "a list of rules")),
    Example("rules:\n  - words\n", (2, 5, "a rule is a mapping")),
    Example("rules:\n  - name: a\n   never: b\n", (3, 4, "this is not YAML")),
    Example("rules: [*a]\n", (1, 9, "undefined alias")),
    Example("rules:\n  - {\u{1}}\n", (2, 6, "control characters are not allowed")),
    Example("a: 1\n---\nb: 2\n", (2, 1, "another document")),
    Example(
      "rules:\n  - never: {state: CLOSED}\n    never: {late: any}\n    name: a\n",
      (2, 5, "'never' stands twice")),
    Example(
      "defaults: maybe\nrules:\n  - name: a\n    never: {late: any}\n", (1, 11, "true or false")),
    Example(
      """
      rules:
        - name: a
          never: {late: any}
        - name: a
          never: {late: any}
      """, (4, 11, "another rule has the name 'a'")),
  ]

  static let rules = [
    Example("rules:\n  - never: {late: any}\n", (2, 5, "needs a 'name'")),
    Example("rules:\n  - name:\n    never: {late: any}\n", (2, 10, "nothing is written")),
    .rule(
      "    nevr: {late: any}\n", (2, 5, "a rule needs 'never'"), (3, 5, "did you mean 'never'")),
    .rule(
      "    never: {late: any}\n    always: {close: graceful}\n", (4, 5, "asks for one thing")),
    .rule("    never: late\n", (3, 12, "'never' is a mapping")),
    .rule("    service: 99999\n    never: {late: any}\n", (3, 14, "not '99999'")),
    .rule("    service: [80, {}]\n    never: {late: any}\n", (3, 19, "not a mapping")),
    .rule("    service: []\n    never: {late: any}\n", (3, 14, "an empty list")),
    .rule("    initiator: 10.0.0.0/33\n    never: {late: any}\n", (3, 16, "10.0.0.0/33")),
    .rule("    network: 10.0.0.5:80\n    never: {late: any}\n", (3, 14, "'network' is an address")),
    .rule("    host: somewhere\n    never: {late: any}\n", (3, 11, "'host' is an address")),
    .rule("    port: 90-80\n    never: {late: any}\n", (3, 11, "'port' is a port or range")),
    .rule("    role: server\n    never: {late: any}\n", (3, 11, "'server' is no role")),
    .rule("    connection: 0\n    never: {late: any}\n", (3, 17, "a number, or its two ends")),
    .rule("    connection: a to b\n    never: {late: any}\n", (3, 17, "not 'a to b'")),
    .rule("    between: [+2, +1]\n    never: {late: any}\n", (3, 14, "two times in order")),
    .rule("    between: noon\n    never: {late: any}\n", (3, 14, "[FROM, TO]")),
    .rule("    required: 1\n    never: {late: any}\n", (3, 15, "true or false")),
  ]

  static let conditions = [
    Example.rule("    never: {longer_than: 5s}\n", (3, 12, "needs one of state, finding")),
    .rule("    never: {state: CLOSED, late: any}\n", (3, 28, "write two rules")),
    .rule("    never: {sate: CLOSED}\n", (3, 12, "needs one of"), (3, 13, "did you mean 'state'")),
    .rule("    never: {state: close_wait}\n", (3, 20, "did you mean 'CLOSE_WAIT'")),
    .rule("    never: {state: LISTEN}\n", (3, 20, "is no state")),
    .rule("    never: {finding: leak}\n", (3, 22, "is no finding; there are close_wait")),
    .rule("    never: {close: gracefull}\n", (3, 20, "did you mean 'graceful'")),
    .rule("    never: {closed_first: server}\n", (3, 27, "is no side")),
    .rule("    never: {reset: unread_data}\n", (3, 20, "did you mean 'unread-data'")),
    .rule("    never: {late: dup}\n", (3, 19, "is no kind of late packet")),
    .rule("    never: {late: any, effect: kill}\n", (3, 32, "did you mean 'killed'")),
    .rule("    never: {state: CLOSED, longer_than: soon}\n", (3, 41, "a time like 5s")),
    .rule("    never: {state: CLOSED, longer_than: -5s}\n", (3, 41, "a time like 5s")),
    .rule("    never: {state: CLOSED, certainty: likely}\n", (3, 39, "'proved'")),
    .rule("    never: {state: CLOSED, activity: idle}\n", (3, 28, "of CLOSE_WAIT alone")),
    .rule("    never: {state: CLOSE_WAIT, activity: lazy}\n", (3, 42, "idle or draining")),
    .rule("    never: {late: any, longer_than: 5s}\n", (3, 24, "does not go with 'late'")),
    .rule("    never: {close: reset, within: 5s}\n", (3, 27, "does not go with 'close'")),
    .rule("    never: {state: CLOSED, at_most: 5}\n", (3, 28, "no key of 'never'")),
    .rule("    limit: {state: CLOSED}\n", (3, 12, "needs one of at_most, share, at_once")),
    .rule("    limit: {state: CLOSED, at_most: many}\n", (3, 37, "a number, 0 or more")),
    .rule("    limit: {late: any, share: 5}\n", (3, 31, "a share of connections like 1%")),
    .rule("    limit: {late: any, at_most: 5, share: 1%}\n", (3, 36, "two limits")),
    .rule("    limit: {late: any, at_once: 5}\n", (3, 24, "does not go with 'late'")),
    .rule("    always: {state: CLOSED}\n", (3, 14, "write 'never' or 'limit'")),
    .rule("    always: {close: graceful, longer_than: 2s}\n", (3, 31, "does not go with 'close'")),
    .rule("    expect: {initiator: TIME_WAIT}\n", (3, 5, "of which connections")),
    .rule("    connection: 1\n    expect: {}\n", (4, 13, "needs the state of")),
    .rule("    connection: 1\n    expect: {client: CLOSED}\n", (4, 13, "needs"), (4, 14, "no key")),
    .rule("    connection: 1\n    expect: {initiator: OPEN}\n", (4, 25, "'OPEN' is no state")),
  ]

  @Test(arguments: files + rules + conditions)
  func eachIsNamedWithItsPlace(_ example: Example) throws {
    let error = try #require(throws: RulesError.self) {
      try RuleReader.rules(yaml: example.yaml)
    }
    let found = error.mistakes.map { "\($0.place.line):\($0.place.column)" }
    #expect(found == example.mistakes.map { "\($0.line):\($0.column)" }, "\(error.mistakes)")
    for (mistake, expected) in zip(error.mistakes, example.mistakes) {
      #expect(mistake.sentence.contains(expected.words), "\(mistake)")
    }
  }

  /// Random bytes and cut files end in rules or in mistakes, and never otherwise.
  @Test func everyPrefixIsAnswered() throws {
    let yaml = Self.rules.map(\.yaml).joined() + Self.conditions.map(\.yaml).joined()
    for length in stride(from: 0, to: yaml.unicodeScalars.count, by: 3) {
      let cut = String(String.UnicodeScalarView(yaml.unicodeScalars.prefix(length)))
      #expect(throws: RulesError.self) { try RuleReader.rules(yaml: cut) }
    }
  }

  @Test func deepNestingIsAnswered() throws {
    for bracket in ["[", "{a: ", "- "] {
      let yaml = String(repeating: bracket, count: 200_000)
      #expect(throws: RulesError.self) { try RuleReader.rules(yaml: yaml) }
    }
  }
}
