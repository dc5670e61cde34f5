/// Steps through the options at the end of a pcapng block.
struct PcapngOptions {
  struct Option {
    var code: UInt16
    /// Of its bytes in the block.
    var value: Range<Int>
  }

  /// opt_comment, in every block.
  static let comment: UInt16 = 1
  /// shb_userappl, in a Section Header Block.
  static let application: UInt16 = 4
  /// isb_endtime, in an Interface Statistics Block.
  static let interfaceEnd: UInt16 = 3

  /// An option exceeds the block; those before it were given.
  private(set) var isDamaged = false

  private let order: ByteOrder
  private var position: Int

  init(from start: Int, _ order: ByteOrder) {
    self.order = order
    position = start
  }

  /// - Parameter block: the same on every call, whole, with its trailing length.
  /// - Returns: nil behind the last one.
  mutating func next(in block: Span<UInt8>) -> Option? {
    let end = block.count - 4
    guard end - position >= 4 else {
      isDamaged = isDamaged || position != end
      return nil
    }
    let code = block.uint16(at: position, order)
    let length = Int(block.uint16(at: position + 2, order))
    guard code != 0 else { return nil }
    let start = position + 4
    let next = start + ((length + 3) & ~3)
    guard next <= end else {
      isDamaged = true
      return nil
    }
    position = next
    return Option(code: code, value: start..<(start + length))
  }
}
