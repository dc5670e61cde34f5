import Capture
import Dissection

/// What the capture at a tap holds, in order.
struct KernelCapture {
  enum Packet {
    case segment(Segment)
    case icmpError(ICMPError)

    var time: Timestamp {
      switch self {
      case .segment(let segment): segment.time
      case .icmpError(let error): error.time
      }
    }
  }

  private(set) var packets: [Packet] = []

  init(_ path: String) throws {
    let dissector = Dissector()
    let reader = try CaptureReader(paths: [path])
    while reader.readBatch({ _, records, bytes in
      for record in records {
        let end = record.offset + Int(record.capturedLength)
        let dissected = dissector.dissect(
          bytes.extracting(record.offset..<end), linkType: record.linkType,
          originalLength: record.originalLength, frame: record.frame, time: record.time,
          interface: record.interface)
        switch dissected {
        case .segment(let segment): packets.append(.segment(segment))
        case .icmpError(let error): packets.append(.icmpError(error))
        case .skipped: break
        }
      }
    }) {}
  }

  var segments: [Segment] {
    packets.compactMap { packet in
      switch packet {
      case .segment(let segment): segment
      case .icmpError: nil
      }
    }
  }

  var icmpErrors: [ICMPError] {
    packets.compactMap { packet in
      switch packet {
      case .segment: nil
      case .icmpError(let error): error
      }
    }
  }

  func filter(_ isKept: (Packet) -> Bool) -> KernelCapture {
    var kept = self
    kept.packets = packets.filter(isKept)
    return kept
  }
}
