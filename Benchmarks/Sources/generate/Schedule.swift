/// All segments of a capture in order of time.
///
/// Many connections that play the same script are not kept in a queue: for each step of a script
/// there is a lane that walks over the connections, and few connections with a long script have a
/// lane each that walks over the steps. Either way a lane's times only grow, and the next segment
/// of the capture is the earliest head of the lanes.
struct Schedule {
  /// A segment to be sent.
  struct Entry {
    var time: Int64
    var conversation: Conversation
    var script: Int
    var step: Int
  }

  private struct Lane {
    var entry: Entry
    let connectionStride: Int
    let stepStride: Int
  }

  private struct Head {
    let time: Int64
    let connection: Int
    let lane: Int

    /// Equal times by connection, so that every run is the same.
    func comesBefore(_ other: Head) -> Bool {
      time == other.time ? connection < other.connection : time < other.time
    }
  }

  private let plan: Plan
  private var lanes: [Lane] = []
  /// The lanes' heads, a heap with the earliest first: small, because they are moved a lot.
  private var heads: [Head] = []

  init(plan: Plan) {
    self.plan = plan
    let byConnection = plan.connections <= 64
    for (script, steps) in plan.scripts.enumerated() {
      let firsts =
        byConnection
        ? stride(from: script, to: plan.connections, by: plan.scripts.count).map { ($0, 0) }
        : steps.indices.map { (script, $0) }
      for (connection, step) in firsts {
        let lane = Lane(
          entry: Entry(
            time: 0, conversation: Conversation(number: connection, plan: plan), script: script,
            step: step),
          connectionStride: byConnection ? 0 : plan.scripts.count,
          stepStride: byConnection ? 1 : 0)
        guard let ready = settled(lane) else { continue }
        heads.append(head(of: ready, lane: lanes.count))
        lanes.append(ready)
      }
    }
    for root in stride(from: heads.count / 2 - 1, through: 0, by: -1) { siftDown(root) }
  }

  /// The next segment; nil at the end of the capture.
  mutating func next() -> Entry? {
    guard let first = heads.first else { return nil }
    let entry = lanes[first.lane].entry
    if let advanced = settled(moved(lanes[first.lane])) {
      lanes[first.lane] = advanced
      heads[0] = head(of: advanced, lane: first.lane)
    } else {
      heads.swapAt(0, heads.count - 1)
      heads.removeLast()
    }
    siftDown(0)
    return entry
  }

  private func head(of lane: Lane, lane index: Int) -> Head {
    Head(time: lane.entry.time, connection: lane.entry.conversation.number, lane: index)
  }

  private func moved(_ lane: Lane) -> Lane {
    var lane = lane
    lane.entry.step += lane.stepStride
    if lane.connectionStride > 0 {
      lane.entry.conversation = Conversation(
        number: lane.entry.conversation.number + lane.connectionStride, plan: plan)
    }
    return lane
  }

  /// The lane at its first place from here on that is played; nil behind its end.
  private func settled(_ start: Lane) -> Lane? {
    var lane = start
    let steps = plan.scripts[lane.entry.script]
    while lane.entry.conversation.number < plan.connections, lane.entry.step < steps.count {
      let conversation = lane.entry.conversation
      let step = steps[lane.entry.step]
      if step.playedBy.contains(conversation.fate) {
        lane.entry.time =
          Int64(conversation.number) * plan.turn + conversation.jitter + step.offset
        return lane
      }
      lane = moved(lane)
    }
    return nil
  }

  private mutating func siftDown(_ start: Int) {
    guard start < heads.count else { return }
    let count = heads.count
    var heap = heads.mutableSpan
    let moving = heap[start]
    var hole = start
    while true {
      var child = 2 * hole + 1
      if child >= count { break }
      if child + 1 < count, heap[child + 1].comesBefore(heap[child]) { child += 1 }
      if !heap[child].comesBefore(moving) { break }
      heap[hole] = heap[child]
      hole = child
    }
    heap[hole] = moving
  }
}
