import Dissection

/// What a segment alone tells of whose it is.
public struct SegmentLabel: Sendable {
  /// Of its connection's key.
  let hash: UInt64
  /// That key, where it folds.
  let key: FoldedKey?
  /// Whether the end with the lower address sent it.
  let fromLow: Bool
  let verdict: CopyFilter.Verdict
}

/// Labels segments before the tracker takes them, if need be on another thread.
///
/// It must see every segment that the tracker takes, in the same order.
public struct SegmentLabeller: Sendable {
  private let secret: HashSecret
  private var copies = CopyFilter()

  init(secret: HashSecret) { self.secret = secret }

  mutating func label(_ segment: Segment) -> SegmentLabel {
    copies.withMemory { memory in Self.label(segment, secret, &memory) }
  }

  /// Appends a label for each segment.
  public mutating func label(
    _ segments: Span<Segment>, into labels: inout OutputSpan<SegmentLabel>
  ) {
    let secret = secret
    copies.withMemory { memory in
      for index in segments.indices {
        labels.append(Self.label(segments[index], secret, &memory))
      }
    }
  }

  @inline(__always)
  private static func label(
    _ segment: borrowing Segment, _ secret: HashSecret,
    _ memory: inout MutableSpan<CopyFilter.Entry>
  ) -> SegmentLabel {
    let (source, destination) = (segment.source, segment.destination)
    let (fromLow, hash, digest): (Bool, UInt64, UInt64)
    let folded: FoldedKey?
    if let from = source.version4, let to = destination.version4 {
      fromLow = from < to
      let (low, high) = fromLow ? (from, to) : (to, from)
      (hash, digest) = (secret.hash(low, high), ConnectionKey.digest(low, high))
      folded = FoldedKey(low, high)
    } else {
      fromLow = source < destination
      let key = ConnectionKey(source, destination)
      (hash, digest) = (secret.hash(key), key.digest)
      folded = nil
    }
    return SegmentLabel(
      hash: hash, key: folded, fromLow: fromLow,
      verdict: CopyFilter.judge(segment, digest: digest, fromLow: fromLow, in: &memory))
  }
}

/// Hashes keys with a secret, since whoever sends packets chooses the keys.
struct HashSecret: Sendable {
  private let first: UInt64
  private let second: UInt64

  init() {
    var generator = SystemRandomNumberGenerator()
    first = generator.next() | 1
    second = generator.next() | 1
  }

  func hash(_ key: ConnectionKey) -> UInt64 {
    if let low = key.low.version4, let high = key.high.version4 { return hash(low, high) }
    var value = Self.mix(key.low.address.low ^ first, key.low.address.high ^ second)
    value = Self.mix(value ^ key.high.address.low, key.high.address.high ^ second)
    return Self.mix(value ^ UInt64(key.ports), first)
  }

  /// Of the key of two ends with IPv4 addresses.
  @inline(__always)
  func hash(_ low: SocketAddress.Version4, _ high: SocketAddress.Version4) -> UInt64 {
    Self.mix(Self.mix(low.bits ^ first, second) ^ high.bits, first)
  }

  private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low ^ left
  }
}
