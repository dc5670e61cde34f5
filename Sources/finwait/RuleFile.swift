import Capture
import Checking
import Reporting

/// A file of rules.
enum RuleFile {
  /// - Throws: `UsageFailure`, a line for each mistake.
  static func read(_ path: String) throws -> [Rule] {
    let bytes = try WholeFile.read(path, limit: RuleReader.maximumBytes)
    guard bytes.count <= RuleReader.maximumBytes else {
      throw UsageFailure("\(path): a file of rules has at most 1 MiB")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw UsageFailure("\(path): the rules are not UTF-8")
    }
    do {
      return try RuleReader.rules(yaml: text)
    } catch let error as RulesError {
      throw UsageFailure(
        places: error.mistakes.map {
          "\(path):\($0.place.line):\($0.place.column): \($0.sentence)"
        } + ["the rules are not valid: \(error.mistakes.count.counted("mistake"))"])
    }
  }
}
