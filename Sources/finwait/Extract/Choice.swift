import Dissection
import Extraction
import Reporting
import Tracking

/// Reads a capture for the connections to extract, and for all others that something was found of.
struct Choice: SegmentConsumer {
  /// What the capture tells of one connection.
  struct Told {
    let number: Int
    let account: Account
    let isChosen: Bool
  }

  let options: ChoiceOptions
  let selection: Selection
  private(set) var told: [Told] = []
  /// The numbers that there are of those that were asked for.
  private(set) var named: Set<Int> = []
  var failure: (any Error)? { nil }

  init(options: ChoiceOptions, selection: Selection) {
    self.options = options
    self.selection = selection
  }

  mutating func take(_ connection: ConnectionReport, at instant: Timestamp) {
    if options.connection.contains(connection.number) { named.insert(connection.number) }
    let selected = selection.apply(to: connection, at: instant)
    let isChosen =
      !selected.isNothing && options.includes(connection, selected, all: selection.all)
    let account = Account(connection, at: instant, minimumAge: selection.minimumAge)
    guard isChosen || account.isFound else { return }
    told.append(Told(number: connection.number, account: account, isChosen: isChosen))
  }

  /// What there is to tell of the chosen connections between two ends.
  struct Subject {
    var numbers: [Int] = []
    var required: [Account] = []
    /// Of all of them that something was found of.
    var known: [Account] = []
  }

  /// One for each two ends that a chosen connection is between.
  var subjects: [ConnectionEnds: Subject] {
    let chosen = Set(told.filter(\.isChosen).map(\.account.pair))
    var subjects: [ConnectionEnds: Subject] = [:]
    for told in told.sorted(by: { $0.number < $1.number })
    where chosen.contains(told.account.pair) {
      var subject = subjects[told.account.pair] ?? Subject()
      if told.isChosen {
        subject.numbers.append(told.number)
        subject.required.append(told.account)
      }
      if told.account.isFound { subject.known.append(told.account) }
      subjects[told.account.pair] = subject
    }
    return subjects
  }
}
