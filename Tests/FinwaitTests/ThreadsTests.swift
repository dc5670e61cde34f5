import Dissection
import Foundation
import TestSupport
import Testing

@testable import finwait

/// Results never depend on the number of threads.
@Suite struct ThreadsTests {
  static let forms = [
    ["read", "--utc"], ["read", "--format", "json", "--all"], ["read", "--format", "jsonl"],
    ["netstat", "--utc", "--all"], ["netstat", "--format", "csv", "--at", "+1"],
    ["explain", "--utc"],
  ]

  @Test(arguments: Repository.captureNames)
  func reportsAreTheSame(capture: String) throws {
    for form in Self.forms {
      let arguments = form + [capture] + (form[0] == "explain" ? ["1"] : [])
      let alone = try FinwaitProcess(arguments, in: Repository.captures)
      for threads in ["2", "5"] {
        let run = try FinwaitProcess(arguments + ["--threads", threads], in: Repository.captures)
        #expect(run.output == alone.output, "\(form), \(threads) threads")
        #expect(run.errors == alone.errors)
        #expect(run.status == alone.status)
      }
    }
  }

  @Test func severalFilesAreOneCapture() throws {
    let arguments = ["read", "--format", "jsonl", "--all"] + Repository.captureNames
    let alone = try FinwaitProcess(arguments, in: Repository.captures)
    let run = try FinwaitProcess(arguments + ["--threads", "2"], in: Repository.captures)
    #expect(run.output == alone.output)
    #expect(alone.output.count > 100_000)
  }

  @Test(
    arguments: [
      ["15-busy-server.pcap", "--filter", "prt 80"], ["/nonexistent"], ["README.md"],
      ["netstat", "15-busy-server.pcap", "--at", "-1"],
      ["explain", "15-busy-server.pcap", "1000"],
    ])
  func soIsWhatGoesWrong(arguments: [String]) throws {
    let alone = try FinwaitProcess(arguments, in: Repository.captures)
    let run = try FinwaitProcess(arguments + ["--threads", "2"], in: Repository.captures)
    #expect(run.status == alone.status)
    #expect(run.output == alone.output)
    #expect(run.errors == alone.errors)
  }

  @Test func aReaderThatHasGoneEndsQuietly() throws {
    let run = try FinwaitProcess(
      ["15-busy-server.pcap", "--format", "jsonl", "--all", "--threads", "2"],
      in: Repository.captures, isReaderGone: true)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
  }
}

/// The channel between the two threads.
@Suite struct BatchQueueTests {
  struct Broken: Error {}

  static func batch(_ number: Int) -> SegmentBatch {
    var batch = SegmentBatch()
    batch.progress.packets = number
    return batch
  }

  @Test func batchesComeInOrderAndFewAreUnderWay() throws {
    let queue = BatchQueue()
    let filled = Counter()
    queue.start { batch in
      #expect(batch.segments.isEmpty)
      batch.progress.packets = filled.next()
      return batch.progress.packets < 1000
    }
    for expected in 1...1000 {
      guard case .batch(let batch) = queue.next() else {
        Issue.record("the end came before batch \(expected)")
        return
      }
      #expect(batch.progress.packets == expected)
      #expect(filled.count < expected + 8)
      queue.recycle(batch)
    }
    guard case .end(nil) = queue.next() else {
      Issue.record("more than 1000 batches")
      return
    }
  }

  @Test func aFailureComesBehindWhatWasReadBefore() throws {
    let queue = BatchQueue()
    let filled = Counter()
    queue.start { batch in
      batch.progress.packets = filled.next()
      if batch.progress.packets == 3 { throw Broken() }
      return true
    }
    for expected in 1...2 {
      guard case .batch(let batch) = queue.next() else {
        Issue.record("the failure came before batch \(expected)")
        return
      }
      #expect(batch.progress.packets == expected)
    }
    guard case .end(let failure?) = queue.next() else {
      Issue.record("no failure")
      return
    }
    #expect(failure is Broken)
  }

  @Test func nothingIsFilledOnceTheQueueIsAbandoned() throws {
    let queue = BatchQueue()
    let filled = Counter()
    queue.start { batch in
      batch.progress.packets = filled.next()
      return true
    }
    _ = queue.next()
    queue.abandon()
    // The end comes, behind at most what there was room for.
    for _ in 0...8 {
      if case .end(nil) = queue.next() { return }
    }
    Issue.record("filling goes on")
  }
}
