import Dissection

/// Where one frame lies in its batch, and what the savefile says of it.
public struct FrameRecord: Sendable {
  /// Numbered from 1 over the whole capture, as Wireshark's frame.number; a filter leaves holes.
  public var frame: Int
  public var time: Timestamp
  public var linkType: LinkType
  /// Index of the capturing interface over the whole capture: interfaces are numbered in the order
  /// in which their descriptions are read, over all files.
  public var interface: UInt16
  public var capturedLength: UInt32
  public var originalLength: UInt32
  // Half a cache line for a record: a block is far shorter than 4 GiB, as its longest record is.
  @usableFromInline
  var start: UInt32

  public init(
    frame: Int, time: Timestamp, linkType: LinkType, interface: UInt16, offset: Int,
    capturedLength: UInt32, originalLength: UInt32
  ) {
    self.frame = frame
    self.time = time
    self.linkType = linkType
    self.interface = interface
    self.capturedLength = capturedLength
    self.originalLength = originalLength
    start = UInt32(offset)
  }

  /// Into the batch's bytes.
  @inlinable public var offset: Int { Int(start) }

  /// The frame as far as it was captured, in the batch's bytes.
  @inlinable public var range: Range<Int> { offset..<offset &+ Int(capturedLength) }
}

/// Something wrong in an input, and where: what was read before it still counts.
public struct Damage: Hashable, Sendable {
  public let file: String
  /// Bytes from the start of the file (of the decompressed stream for .gz and .zst).
  public let offset: UInt64
  /// A sentence: what was expected, what was found.
  public let message: String

  public init(file: String, offset: UInt64, message: String) {
    self.file = file
    self.offset = offset
    self.message = message
  }
}
