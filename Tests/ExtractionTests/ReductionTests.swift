import Dissection
import TestSupport
import Testing
import Tracking

@testable import Extraction

/// Which frames are left out, and what is kept when that was too much.
struct ReductionTests {
  private static let client: SocketAddress = "192.0.2.1:40001"
  private static let server: SocketAddress = "192.0.2.2:8080"
  private static let end = Timestamp.at(200)

  /// A connection whose server never closes, with so many requests on the way.
  private static func leak(at start: Double, seq: UInt32, frame: Int, requests: Int) -> [News] {
    var news: [News] = []
    func add(
      _ isClient: Bool, _ flags: String, _ seq: UInt32, _ ack: UInt32, _ length: UInt32 = 0
    ) {
      let count = Double(news.count)
      news.append(
        .segment(
          .make(
            frame: frame + news.count, at: start + count * 0.01,
            from: isClient ? client : server, to: isClient ? server : client, flags, seq: seq,
            ack: ack, len: length)))
    }
    add(true, "S", seq, 0)
    add(false, "SA", seq, seq + 1)
    add(true, "A", seq + 1, seq + 1)
    for index in 0..<UInt32(requests) {
      add(true, "PA", seq + 1 + index, seq + 1 + index, 1)
      add(false, "PA", seq + 1 + index, seq + 2 + index, 1)
      add(true, "A", seq + 2 + index, seq + 2 + index)
    }
    let next = seq + 1 + UInt32(requests)
    add(true, "FA", next, next)
    add(false, "A", next, next + 1)
    return news
  }

  /// Two incarnations between the same ends.
  private static let news =
    leak(at: 0, seq: 1000, frame: 1, requests: 20)
    + leak(at: 100, seq: 900_000, frame: 100, requests: 3)

  /// What all frames tell of the incarnations that `numbers` name.
  private static func reduction(_ numbers: Set<Int>, budget: Int) throws -> Reduction {
    var told: [Int: Account] = [:]
    var tracker = Tracker()
    func take(_ report: ConnectionReport, _ instant: Timestamp) {
      told[report.number] = Account(report, at: instant, minimumAge: .seconds(1))
    }
    for item in news {
      guard case .segment(let segment) = item else { continue }
      tracker.receive(segment) { take($0, segment.time) }
    }
    tracker.forEachConnection(at: end) { take($0, end) }
    let accounts = told.sorted { $0.key < $1.key }
    let subject = Subject(
      ends: ConnectionEnds(client, server),
      required: accounts.filter { numbers.contains($0.key) }.map(\.value),
      known: accounts.filter(\.value.isFound).map(\.value), frames: Array(news.indices))
    return Reduction(
      [subject], of: news, options: TrackerOptions(), at: end, minimumAge: .seconds(1),
      budget: budget)
  }

  @Test func fewFramesTellTheSame() throws {
    var reduction = try Self.reduction([2], budget: 1_000_000)
    reduction.run()
    #expect(reduction.untold == [])
    #expect(!reduction.isExhausted)
    #expect(reduction.subjects[0].extent == .smallest)
    // Of the incarnation before it nothing is needed, of its own no acknowledgment alone.
    #expect(reduction.kept.allSatisfy { $0 >= 65 })
    #expect((3..<Self.news.count - 65 - 3).contains(reduction.kept.count))
    var states: [TCPState] = []
    reduction.forEachConnection { report, _ in states.append(report.endpoints.responder.claim.state)
    }
    #expect(states == [.closeWait])
  }

  /// Not one of the frames that are left could be left out as well.
  @Test func nothingMoreCanBeLeftOut() throws {
    var reduction = try Self.reduction([1, 2], budget: 1_000_000)
    reduction.run()
    let trial = Trial(options: TrackerOptions(), instant: Self.end, minimumAge: .seconds(1))
    #expect(reduction.untold(by: trial.accounts(reduction.kept, of: Self.news)) == [])
    for place in reduction.kept {
      let fewer = reduction.kept.filter { $0 != place }
      #expect(reduction.untold(by: trial.accounts(fewer, of: Self.news)) == [0])
    }
  }

  @Test func withoutTimeNothingIsLeftOut() throws {
    var reduction = try Self.reduction([2], budget: 1)
    reduction.run()
    #expect(reduction.isExhausted)
    #expect(reduction.kept == Array(Self.news.indices))
  }

  /// First the connection, then all between its ends, then the capture.
  @Test func moreIsKeptStepByStep() throws {
    var reduction = try Self.reduction([2], budget: 1_000_000)
    reduction.run()
    #expect(reduction.keepMore(of: [0]) == [])
    #expect(reduction.subjects[0].extent == .connections)
    #expect(reduction.kept == Array(65..<Self.news.count))
    #expect(reduction.keepMore(of: [0]) == [])
    #expect(reduction.subjects[0].extent == .ends)
    #expect(reduction.kept == Array(Self.news.indices))
    #expect(reduction.keepMore(of: [0]) == [0])
    reduction.keepEverything(Self.news)
    #expect(reduction.subjects[0].extent == .capture)
    #expect(reduction.kept == Array(Self.news.indices))
  }
}
