/// Something in a file of rules that cannot be meant so, and where.
public struct RuleMistake: Equatable, Sendable {
  public var place: RulePlace
  /// What is wrong and what would be right.
  public var sentence: String

  public init(place: RulePlace, sentence: String) {
    self.place = place
    self.sentence = sentence
  }
}

/// A file of rules has mistakes: all of them, in the order of the file.
public struct RulesError: Error, Equatable {
  public var mistakes: [RuleMistake]
}
