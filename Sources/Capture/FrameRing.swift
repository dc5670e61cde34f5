import Dissection

/// The latest frames of a capture, in memory, each with the number of what it belongs to: bounded in
/// octets and in time.
public struct FrameRing {
  /// A piece of the memory, which is given up whole.
  private struct Piece {
    /// Frames as the blocks that they are written as.
    var block = OutputBlock(capacity: FrameRing.pieceOctets)
    var owners: [UInt32] = []
    /// Where each block ends.
    var ends: [UInt32] = []
    var latest = Timestamp.distantPast

    init() {
      owners.reserveCapacity(FrameRing.pieceFrames)
      ends.reserveCapacity(FrameRing.pieceFrames)
    }

    func hasRoom(for length: Int) -> Bool {
      owners.isEmpty || owners.count < FrameRing.pieceFrames && block.hasRoom(for: length)
    }

    mutating func removeAll() {
      block.removeAll()
      owners.removeAll(keepingCapacity: true)
      ends.removeAll(keepingCapacity: true)
      latest = .distantPast
    }
  }

  private static let pieceOctets = 1 << 19
  private static let pieceFrames = 4096

  private let limit: Int
  private let history: Interval
  /// The oldest first.
  private var pieces: [Piece] = []

  /// - Parameters:
  ///   - octets: about the most that the memory takes; never less than two pieces of half a MiB.
  ///   - history: older frames are given up.
  public init(octets: Int, history: Interval) {
    limit = max(2, octets / (Self.pieceOctets + 8 * Self.pieceFrames))
    self.history = history
  }

  /// Frames held.
  public var count: Int { pieces.reduce(0) { $0 + $1.owners.count } }

  /// - Parameter owner: not 0.
  public mutating func append(_ record: FrameRecord, _ bytes: Span<UInt8>, owner: UInt32) {
    let length = OutputBlock.packetLength(captured: bytes.count)
    if pieces.last?.hasRoom(for: length) != true { turn(at: record.time) }
    let last = pieces.count - 1
    pieces[last].block.makeRoom(for: length)
    pieces[last].block.appendPacket(record, bytes)
    pieces[last].owners.append(owner)
    pieces[last].ends.append(UInt32(truncatingIfNeeded: pieces[last].block.count))
    if record.time > pieces[last].latest { pieces[last].latest = record.time }
  }

  /// Begins a piece, in the memory of the oldest if that is to go.
  private mutating func turn(at time: Timestamp) {
    let horizon = time.advanced(by: history * -1)
    let surplus = pieces.count + 1 - limit
    let old = pieces.prefix { $0.latest < horizon }.count
    let leaving = max(surplus, old, 0)
    var piece = leaving > 0 ? pieces[0] : Piece()
    pieces.removeFirst(leaving)
    piece.removeAll()
    pieces.append(piece)
  }

  /// Hands over the blocks of some owners' frames, the oldest first, and forgets whose they were.
  public mutating func take<Failure: Error>(
    _ owners: Set<UInt32>, _ body: (_ block: Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    for piece in pieces.indices {
      let octets = pieces[piece].block.octets
      for index in pieces[piece].owners.indices where owners.contains(pieces[piece].owners[index]) {
        let start = index == 0 ? 0 : Int(pieces[piece].ends[index - 1])
        let end = Int(pieces[piece].ends[index])
        pieces[piece].owners[index] = 0
        try body(octets.span.extracting(start..<end))
      }
    }
  }
}
