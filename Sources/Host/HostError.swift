/// Why this machine could not be asked about itself: each a sentence.
public enum HostError: Error, Equatable, Sendable {
  /// The system refuses: a privilege is missing.
  case notPermitted(String)
  /// The system cannot do it, or not this kernel.
  case notSupported(String)
  /// The user named something that is not there: a user, a network namespace.
  case unknownName(String)
  /// Anything else that the system said.
  case failed(String)

  public var sentence: String {
    switch self {
    case .notPermitted(let sentence), .notSupported(let sentence), .unknownName(let sentence),
      .failed(let sentence):
      sentence
    }
  }
}
