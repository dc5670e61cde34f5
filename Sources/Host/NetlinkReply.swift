/// One datagram of the kernel's answer to a dump, as messages one after the other.
///
/// struct nlmsghdr (include/uapi/linux/netlink.h): length, type, flags, sequence number, port; the
/// length includes the header, and each message begins at a multiple of four.
struct NetlinkReply {
  static let headerLength = 16

  enum MessageType {
    static let noOperation: UInt16 = 1
    static let error: UInt16 = 2
    static let done: UInt16 = 3
    static let overrun: UInt16 = 4
  }

  /// The dump was not of one moment: the table changed while it was listed (NLM_F_DUMP_INTR).
  private static let interrupted: UInt16 = 0x10

  /// What a datagram says of the dump that it belongs to.
  enum Outcome: Equatable {
    case more
    case done
    /// errno.
    case refused(Int32)
    /// A length contradicts itself.
    case malformed
    /// The kernel had no room for all of it.
    case overrun
  }

  /// Gives `body` the type and payload of each message of the dump.
  ///
  /// - Parameter wasInterrupted: is set where the kernel says so, else left as it is.
  static func scan(
    _ datagram: Span<UInt8>, wasInterrupted: inout Bool,
    _ body: (_ type: UInt16, _ payload: Span<UInt8>) -> Void
  ) -> Outcome {
    var rest = datagram
    while !rest.isEmpty {
      guard rest.count >= headerLength else { return .malformed }
      let length = Int(rest.native32(0))
      guard length >= headerLength, length <= rest.count else { return .malformed }
      let payload = rest.extracting(headerLength..<length)
      if rest.native16(6) & interrupted != 0 { wasInterrupted = true }
      switch rest.native16(4) {
      case MessageType.noOperation: break
      case MessageType.done:
        // Behind it stands an error of the dump itself, if there is one.
        let code = payload.count >= 4 ? Int32(bitPattern: payload.native32(0)) : 0
        return code < 0 ? .refused(-code) : .done
      case MessageType.error:
        guard payload.count >= 4 else { return .malformed }
        let code = Int32(bitPattern: payload.native32(0))
        // 0 acknowledges a request.
        if code != 0 { return .refused(code == .min ? .max : -code) }
      case MessageType.overrun: return .overrun
      case let type: body(type, payload)
      }
      rest = rest.extracting(min(aligned(length), rest.count)...)
    }
    return .more
  }

  /// NLMSG_ALIGN, and RTA_ALIGN.
  static func aligned(_ length: Int) -> Int { (length + 3) & ~3 }
}
