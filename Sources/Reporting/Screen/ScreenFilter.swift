import Dissection
import Tracking

/// The words that what a screen lists must have: each a state, a port or process id, or a part of an
/// address, of a program's name or of a user's; with `!` in front, it must not.
public struct ScreenFilter: Equatable, Sendable {
  fileprivate struct Word: Equatable, Sendable {
    var text: String
    var isExcluded: Bool
    /// Those whose names begin with it.
    var states: StateSet
    var number: Int?

    init(_ word: Substring) {
      isExcluded = word.hasPrefix("!")
      text = (isExcluded ? word.dropFirst() : word).lowercased()
      number = Int(text)
      states = TCPState.allCases.filter { [text] in $0.name.lowercased().hasPrefix(text) }
        .reduce(into: StateSet()) { $0.insert($1) }
    }
  }

  /// As it was typed.
  public let text: String
  private let words: [Word]

  public init(_ text: String = "") {
    self.text = text
    words = text.split(separator: " ").map(Word.init).filter { !$0.text.isEmpty }
  }

  public var isEmpty: Bool { words.isEmpty }

  func admits(_ end: EndpointReport, _ host: @autoclosure () -> HostEnd?) -> Bool {
    if isEmpty { return true }
    let process = host()?.process
    return words.allSatisfy { word in
      let isThere =
        word.states.contains(end.claim.state) || word.isPart(of: end.local)
        || word.isPart(of: end.remote) || word.isPart(of: process)
      return isThere != word.isExcluded
    }
  }

  func admits(_ late: LateSegment) -> Bool {
    words.allSatisfy { word in
      let isThere =
        word.isPart(of: late.from) || word.isPart(of: late.to)
        || late.kind.rawValue.contains(word.text)
      return isThere != word.isExcluded
    }
  }

  func admits(_ dial: Dial) -> Bool {
    words.allSatisfy { word in
      let isThere =
        word.states.contains(.timeWait) || word.isPart(of: dial.client.text)
        || word.isPart(of: dial.service)
      return isThere != word.isExcluded
    }
  }
}

extension ScreenFilter.Word {
  func isPart(of end: SocketAddress) -> Bool {
    // An address is made text only for a word that can be a part of one.
    number == Int(end.port)
      || (text.contains(".") || text.contains(":")) && isPart(of: end.text)
  }

  func isPart(of process: HostEnd.Process?) -> Bool {
    guard let process else { return false }
    return number == process.pid || isPart(of: process.name) || process.user?.lowercased() == text
  }

  func isPart(of other: String) -> Bool { other.lowercased().contains(text) }
}
