import Dissection
import Tracking

/// Finds few frames that tell the same of the chosen connections.
///
/// Parts of what is kept of a connection are left out, halves first, single frames last; the
/// tracker decides whether they were needed (delta debugging: Zeller and Hildebrandt, 2002). One
/// run tries a part of every connection at once.
public struct Reduction {
  public private(set) var subjects: [Subject]
  /// Subjects that even all frames between their ends do not tell: something else matters.
  public private(set) var untold: [Int] = []
  /// Whether the search was ended before it was over.
  public private(set) var isExhausted = false
  private var keepsEverything = false

  private var news: [News]
  private let trial: Trial
  /// Frames that the tracker is still given.
  private var budget: Int

  /// How many frames the tracker is given in all: half a minute's worth.
  public static let usualBudget = 30_000_000

  /// - Parameters:
  ///   - news: of all frames that subjects name, in file order.
  ///   - instant: the end of the capture.
  public init(
    _ subjects: [Subject], of news: [News], options: TrackerOptions, at instant: Timestamp,
    minimumAge: Interval, budget: Int = usualBudget
  ) {
    self.subjects = subjects
    self.news = news
    self.budget = budget
    trial = Trial(options: options, instant: instant, minimumAge: minimumAge)
  }

  /// Leaves out what can be, and keeps more where that turns out to have been too much.
  public mutating func run() {
    let told = told(by: subjects.map(\.kept))
    let all = subjects.indices.filter { told[$0] }
    var searches = all.map { Search(subject: $0, kept: subjects[$0].kept) }
    while budget > 0, searches.contains(where: { !$0.isDone }) { step(&searches) }
    isExhausted = searches.contains { !$0.isDone }
    for search in searches {
      subjects[search.subject].kept = search.kept
      subjects[search.subject].extent = .smallest
    }
    while true {
      let told = self.told(by: subjects.map(\.kept))
      let lacking = subjects.indices.filter { !told[$0] }
      untold = keepMore(of: lacking)
      if untold.count == lacking.count { return }
    }
  }

  /// Keeps more of subjects that were not told.
  ///
  /// - Returns: those of which there is no more to keep.
  public mutating func keepMore(of subjects: [Int]) -> [Int] {
    subjects.filter { !keepMore(of: $0) }
  }

  private mutating func keepMore(of index: Int) -> Bool {
    let (trial, news) = (trial, news)
    return subjects[index].keepMore {
      trial.places(belongingTo: $0.required, among: $0.frames, of: news)
    }
  }

  /// Keeps all frames, of other connections too.
  ///
  /// - Parameter news: of all frames of the capture.
  public mutating func keepEverything(_ news: [News]) {
    self.news = news
    keepsEverything = true
    for index in subjects.indices { subjects[index].extent = .capture }
  }

  /// The places of all frames that are kept, ascending.
  public var kept: [Int] {
    keepsEverything ? Array(news.indices) : subjects.flatMap(\.kept).sorted()
  }

  /// Calls `body` with every connection that the kept frames tell of, with frames numbered as in
  /// the capture.
  public func forEachConnection(_ body: (ConnectionReport, Timestamp) -> Void) {
    trial.run(kept, of: news, body)
  }

  /// The subjects of which accounts do not tell what is required.
  public func untold(by accounts: AccountBook) -> [Int] {
    subjects.indices.filter { !subjects[$0].isTold(by: accounts[subjects[$0].ends]) }
  }

  // MARK: The search

  private mutating func step(_ searches: inout [Search]) {
    var proposals = subjects.map(\.kept)
    for search in searches { proposals[search.subject] = search.proposal }
    let told = told(by: proposals)
    for index in searches.indices { searches[index].take(told[searches[index].subject]) }
  }

  private mutating func told(by proposals: [[Int]]) -> [Bool] {
    let places = proposals.flatMap(\.self).sorted()
    budget -= places.count
    let accounts = trial.accounts(places, of: news)
    let untold = Set(untold(by: accounts))
    return subjects.indices.map { !untold.contains($0) }
  }
}

/// How far the search in the frames of one subject has come.
private struct Search {
  let subject: Int
  private(set) var kept: [Int]
  /// Frames that are left out at once.
  private var size: Int
  /// Of the first of them in `kept`.
  private var place = 0
  private var hasChanged = false
  private(set) var isDone = false

  init(subject: Int, kept: [Int]) {
    self.subject = subject
    self.kept = kept
    size = max(kept.count / 2, 1)
  }

  /// What is kept, without the part that comes next.
  var proposal: [Int] {
    if isDone { return kept }
    return Array(kept[..<place] + kept[min(place + size, kept.count)...])
  }

  /// - Parameter isTold: whether the proposal tells all that is required.
  mutating func take(_ isTold: Bool) {
    if isDone { return }
    if isTold {
      kept = proposal
      hasChanged = true
    } else {
      place += size
    }
    guard place >= kept.count else { return }
    place = 0
    if size > 1 {
      size /= 2
    } else {
      isDone = !hasChanged
    }
    hasChanged = false
  }
}
