#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The signals that end a live capture or ask for a snapshot, taken when there is time for them.
///
/// They are blocked, so that none interrupts what is being done, and asked for between two waits. No
/// handler runs.
struct PendingSignals {
  enum Request {
    case end, snapshot, suspend
  }

  private static let requests: [(number: Int32, request: Request)] = [
    (SIGINT, .end), (SIGTERM, .end), (SIGHUP, .end), (SIGUSR1, .snapshot),
  ]
  /// What would leave a terminal as a screen has it.
  private static let ofScreen: [(number: Int32, request: Request)] = [
    (SIGQUIT, .end), (SIGTSTP, .suspend),
  ]

  private let requests: [(number: Int32, request: Request)]
  private let blocked: sigset_t

  /// Begins to hold them back, in this thread and those that it starts.
  ///
  /// - Parameter hasScreen: the terminal has to be given back first.
  init(hasScreen: Bool = false) {
    requests = Self.requests + (hasScreen ? Self.ofScreen : [])
    var set = sigset_t()
    // `set` is a local of the type that all these calls take.
    unsafe sigemptyset(&set)
    for request in requests { unsafe sigaddset(&set, request.number) }
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    blocked = set
  }

  /// Takes one that has come.
  func take() -> Request? {
    var pending = sigset_t()
    guard unsafe sigpending(&pending) == 0 else { return nil }
    for (number, request) in requests where unsafe sigismember(&pending, number) == 1 {
      var one = sigset_t()
      unsafe sigemptyset(&one)
      unsafe sigaddset(&one, number)
      var taken: Int32 = 0
      // It is pending, so this does not wait.
      guard unsafe sigwait(&one, &taken) == 0 else { continue }
      return request
    }
    return nil
  }

  /// Lets them act again: whoever asks for the end twice does not want to wait for the report.
  func release() {
    var set = blocked
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }
}
