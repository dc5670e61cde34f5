import Dispatch
import Dissection
import Host
import Reporting
import Synchronization

/// The kernel's socket table at one time, with the programs behind the sockets.
struct SocketListing: Sendable {
  var rows: [KernelSocket] = []
  /// By inode, as far as they are known.
  var processes: [UInt32: HostEnd.Process] = [:]
  /// Processes of other users that cannot be looked at.
  var hiddenProcesses = 0
  /// From the question to the kernel's answer.
  var delay = Interval.zero
}

/// Asks the kernel for its sockets, on a thread of its own: where there are many sockets or processes
/// that takes long, and packets go on coming.
final class SocketLister: Sendable {
  private struct State {
    var isAsked = false
    var answer: Result<SocketListing, HostError>?
    /// How many sockets there were last.
    var count = 0
  }

  private let namesPrograms: Bool
  private let source: Mutex<SocketSource>
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "finwait.sockets")

  /// In the calling thread's network namespace.
  init(namesPrograms: Bool) throws(HostError) {
    self.namesPrograms = namesPrograms
    source = Mutex(try SocketSource())
  }

  /// Whether an answer has not been taken yet.
  var isAsked: Bool { state.withLock { $0.isAsked } }

  /// Asks, if no answer is waited for.
  ///
  /// - Returns: whether it has asked.
  func ask() -> Bool {
    let isFree = state.withLock { state in
      defer { state.isAsked = true }
      return !state.isAsked
    }
    guard isFree else { return false }
    let start = ContinuousClock.now
    queue.async { [self] in
      let answer = Result { () throws(HostError) in
        try list(since: start, namesPrograms: namesPrograms)
      }
      state.withLock { state in
        state.answer = answer
        if case .success(let listing) = answer { state.count = listing.rows.count }
      }
    }
    return true
  }

  /// Takes the answer; nil: there is none yet.
  func take() throws(HostError) -> SocketListing? {
    let answer = state.withLock { state in
      if state.answer != nil { state.isAsked = false }
      return state.answer.take()
    }
    return try answer?.get()
  }

  /// Waits until the answer is there.
  func wait() { queue.sync {} }

  /// Lists the sockets at once, without their programs.
  func listSockets() throws(HostError) -> SocketListing {
    try list(since: .now, namesPrograms: false)
  }

  private func list(
    since start: ContinuousClock.Instant, namesPrograms: Bool
  ) throws(HostError) -> SocketListing {
    try source.withLock { source throws(HostError) in
      var listing = SocketListing()
      let count = state.withLock { $0.count }
      listing.rows.reserveCapacity(count + count / 8)
      try source.forEachSocket { listing.rows.append($0) }
      listing.delay = Interval(ContinuousClock.now - start)
      guard namesPrograms else { return listing }
      let inodes = Set(listing.rows.lazy.map(\.inode).filter { $0 != 0 })
      try source.look(for: inodes)
      for inode in inodes {
        if let program = source.program(of: inode) { listing.processes[inode] = .init(program) }
      }
      listing.hiddenProcesses = source.hiddenProcesses
      return listing
    }
  }
}

extension Interval {
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self = .seconds(seconds) + Interval(nanoseconds: attoseconds / 1_000_000_000)
  }
}
