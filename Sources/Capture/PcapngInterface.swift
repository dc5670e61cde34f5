import Dissection

/// What an Interface Description Block says of the frames that name it.
struct PcapngInterface {
  let linkType: LinkType
  /// 0: no limit.
  let snapshotLength: UInt32
  /// Over the whole capture.
  let number: UInt16

  private let ticksPerSecond: UInt64
  /// Nanoseconds in a tick when they are whole; 0 when they are not.
  private let nanosecondsPerTick: UInt64
  private let offsetSeconds: Int64

  /// Why no frame of the interface could be given a time.
  struct Fault: Error {
    let message: String
  }

  private enum Code {
    static let timeResolution: UInt16 = 9
    static let timeOffset: UInt16 = 14
  }

  static func read(
    _ block: Span<UInt8>, _ order: ByteOrder, number: UInt16
  ) -> Result<PcapngInterface, Fault> {
    var ticksPerSecond: UInt64 = 1_000_000
    var offset: Int64 = 0
    var options = PcapngOptions(from: 16, order)
    while let option = options.next(in: block) {
      switch option.code {
      case Code.timeResolution:
        guard option.value.count == 1 else { return wrongLength(option, expected: 1) }
        let exponent = block[option.value.lowerBound]
        guard let ticks = PcapngInterface.ticksPerSecond(exponent) else {
          let base = exponent & 0x80 == 0 ? 10 : 2
          return .failure(
            Fault(message: "a time resolution of \(base)^-\(exponent & 0x7f) s is too fine"))
        }
        ticksPerSecond = ticks
      case Code.timeOffset:
        guard option.value.count == 8 else { return wrongLength(option, expected: 8) }
        let at = option.value.lowerBound
        let (first, second) = (block.uint32(at: at, order), block.uint32(at: at + 4, order))
        switch order {
        case .littleEndian: offset = Int64(bitPattern: UInt64(second) << 32 | UInt64(first))
        case .bigEndian: offset = Int64(bitPattern: UInt64(first) << 32 | UInt64(second))
        }
      default: continue
      }
    }
    if options.isDamaged {
      return .failure(
        Fault(message: "an option of an Interface Description Block exceeds its block"))
    }
    return .success(
      PcapngInterface(
        linkType: LinkType(block.uint16(at: 8, order)),
        snapshotLength: block.uint32(at: 12, order), number: number,
        ticksPerSecond: ticksPerSecond, offsetSeconds: offset))
  }

  private init(
    linkType: LinkType, snapshotLength: UInt32, number: UInt16, ticksPerSecond: UInt64,
    offsetSeconds: Int64
  ) {
    self.linkType = linkType
    self.snapshotLength = snapshotLength
    self.number = number
    self.ticksPerSecond = ticksPerSecond
    self.offsetSeconds = offsetSeconds
    let (whole, rest) = UInt64(1_000_000_000).quotientAndRemainder(dividingBy: ticksPerSecond)
    nanosecondsPerTick = rest == 0 ? whole : 0
  }

  /// if_tsresol: the top bit tells a power of 2 from a power of 10; nil beyond 64 bits.
  private static func ticksPerSecond(_ option: UInt8) -> UInt64? {
    let exponent = option & 0x7f
    if option & 0x80 != 0 { return exponent < 64 ? 1 << UInt64(exponent) : nil }
    guard exponent <= 19 else { return nil }
    return (0..<exponent).reduce(1) { power, _ in power * 10 }
  }

  private static func wrongLength(
    _ option: PcapngOptions.Option, expected: Int
  ) -> Result<PcapngInterface, Fault> {
    .failure(
      Fault(
        message: "option \(option.code) of an Interface Description Block: expected "
          + "\(expected) bytes, found \(option.value.count)"))
  }

  /// The time of a frame, cut to nanoseconds; nil when it lies outside what a Timestamp holds.
  @inline(__always)
  func time(ticks: UInt64) -> Timestamp? {
    if nanosecondsPerTick != 0, offsetSeconds == 0 {
      let (product, overflow) = ticks.multipliedReportingOverflow(by: nanosecondsPerTick)
      guard !overflow, let nanoseconds = Int64(exactly: product) else { return nil }
      return Timestamp(nanoseconds: nanoseconds)
    }
    return scaledTime(ticks: ticks)
  }

  /// The end of the range of a Timestamp that `ticks` lies beyond.
  func nearestTime(ticks: UInt64) -> Timestamp {
    (seconds(ticks) ?? .max) < 0 ? .distantPast : .distantFuture
  }

  private func scaledTime(ticks: UInt64) -> Timestamp? {
    guard let seconds = seconds(ticks) else { return nil }
    // The remainder is less than the divisor, so the quotient is less than 10^9.
    let rest = ticks % ticksPerSecond
    let scaled = rest.multipliedFullWidth(by: 1_000_000_000)
    let fraction = ticksPerSecond.dividingFullWidth(scaled).quotient
    return Timestamp(seconds: seconds, nanoseconds: Int64(fraction))
  }

  private func seconds(_ ticks: UInt64) -> Int64? {
    guard let whole = Int64(exactly: ticks / ticksPerSecond) else { return nil }
    let (sum, overflow) = whole.addingReportingOverflow(offsetSeconds)
    return overflow ? nil : sum
  }
}
