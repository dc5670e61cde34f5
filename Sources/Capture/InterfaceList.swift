import CPcap
import Dissection

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An interface that packets can be taken from.
public struct InterfaceDescription: Equatable, Sendable {
  public var name: String
  public var description: String?
  public var addresses: [IPAddress]
  public var isUp: Bool
  public var isRunning: Bool
  public var isLoopback: Bool
  public var isWireless: Bool
  /// What its frames can begin with, the usual one first; empty when it cannot be opened.
  public var linkTypes: [LinkType]
  /// Why it cannot be opened now; nil if it can.
  public var refusal: LiveError?

  /// All interfaces of the network namespace that the calling thread is in, as libpcap lists them:
  /// in the order in which they are best to capture on.
  public static func all() throws(LiveError) -> [InterfaceDescription] {
    var found: [InterfaceDescription] = []
    try unsafe forEachDevice { unsafe found.append(InterfaceDescription($0)) }
    return found
  }

  /// The addresses of the network namespace that the calling thread is in.
  public static func ownAddresses() throws(LiveError) -> Set<IPAddress> {
    var found: Set<IPAddress> = []
    try unsafe forEachDevice { unsafe found.formUnion(addresses($0.addresses)) }
    return found
  }

  private static func forEachDevice(_ body: (pcap_if_t) -> Void) throws(LiveError) {
    // As long as libpcap's messages can be.
    var words = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    var first: UnsafeMutablePointer<pcap_if_t>?
    guard unsafe pcap_findalldevs(&first, &words) == 0 else {
      let text = String(
        decoding: words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw .failed("the interfaces cannot be listed: \(text)")
    }
    // A list of libpcap's that stays until it is freed here.
    defer { unsafe pcap_freealldevs(first) }
    var next = unsafe first
    while let device = unsafe next {
      unsafe body(device.pointee)
      unsafe next = device.pointee.next
    }
  }

  private init(_ device: pcap_if_t) {
    // C strings of the list, which is still there.
    name = unsafe String(cString: device.name)
    description = unsafe device.description.map { unsafe String(cString: $0) }
    func has(_ flag: Int32) -> Bool { unsafe device.flags & UInt32(flag) != 0 }
    isUp = has(PCAP_IF_UP)
    isRunning = has(PCAP_IF_RUNNING)
    isLoopback = has(PCAP_IF_LOOPBACK)
    isWireless = has(PCAP_IF_WIRELESS)
    addresses = unsafe Self.addresses(device.addresses)
    linkTypes = []
    var options = LiveOptions()
    options.bufferSize = 1 << 20
    do throws(LiveError) {
      linkTypes = try LiveHandle(interface: name, options: options).linkTypes
    } catch {
      refusal = error
    }
  }

  private static func addresses(_ first: UnsafeMutablePointer<pcap_addr>?) -> [IPAddress] {
    var found: [IPAddress] = []
    var next = unsafe first
    while let entry = unsafe next {
      if let address = unsafe entry.pointee.addr.flatMap({ unsafe IPAddress(socketAddress: $0) }) {
        found.append(address)
      }
      unsafe next = entry.pointee.next
    }
    return found
  }
}

extension IPAddress {
  /// - Returns: nil for another family's.
  fileprivate init?(socketAddress: UnsafePointer<sockaddr>) {
    // The family says of which type the whole is.
    switch unsafe Int32(socketAddress.pointee.sa_family) {
    case AF_INET:
      let address = unsafe UnsafeRawPointer(socketAddress)
        .loadUnaligned(as: sockaddr_in.self).sin_addr
      self.init(version4: UInt32(bigEndian: address.s_addr))
    case AF_INET6:
      var address = unsafe UnsafeRawPointer(socketAddress)
        .loadUnaligned(as: sockaddr_in6.self).sin6_addr
      let octets = unsafe withUnsafeBytes(of: &address) { unsafe Array($0) }
      func half(_ range: Range<Int>) -> UInt64 {
        octets[range].reduce(0) { $0 << 8 | UInt64($1) }
      }
      self.init(version6High: half(0..<8), low: half(8..<16))
    default: return nil
    }
  }
}
