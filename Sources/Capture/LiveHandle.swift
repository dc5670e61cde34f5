import CPcap
import Dissection

/// One interface that libpcap takes packets from.
@safe final class LiveHandle {
  let interface: String
  let linkType: LinkType
  /// To be waited for with poll(2); nil where the system has none.
  let descriptor: Int32?

  private let handle: OpaquePointer
  /// Nanoseconds in a unit of a stamp's fraction.
  private let fractionNanoseconds: Int64

  /// - Throws: a sentence that names the interface.
  init(interface: String, options: LiveOptions) throws(LiveError) {
    unsafe handle = try Self.open(interface, options)
    self.interface = interface
    linkType = unsafe LinkType(UInt16(truncatingIfNeeded: pcap_datalink(handle)))
    let selectable = unsafe pcap_get_selectable_fd(handle)
    descriptor = selectable >= 0 ? selectable : nil
    let precision = unsafe pcap_get_tstamp_precision(handle)
    fractionNanoseconds = precision == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1_000
  }

  deinit { unsafe pcap_close(handle) }

  /// Appends the frames that wait, as many as fit into a batch.
  ///
  /// - Returns: whether more may wait.
  /// - Throws: why no more will come: the interface is gone, or down.
  func read(into batch: LiveBatch) throws(LiveError) -> Bool {
    let room = batch.room
    guard room > 0 else { return true }
    batch.fractionNanoseconds = fractionNanoseconds
    // The batch outlives the call, which keeps no pointer; the callback gets what it was given.
    let context = unsafe Unmanaged.passUnretained(batch).toOpaque()
    let count = unsafe pcap_dispatch(
      handle, Int32(clamping: room),
      { context, header, bytes in
        guard let context = unsafe context, let header = unsafe header, let bytes = unsafe bytes
        else { return }
        let batch = unsafe Unmanaged<LiveBatch>.fromOpaque(context).takeUnretainedValue()
        // libpcap gives `caplen` octets, which stay until the callback returns.
        let length = unsafe Int(header.pointee.caplen)
        let frame = unsafe UnsafeBufferPointer(start: bytes, count: length)
        unsafe batch.append(header.pointee, frame)
      }, context)
    guard count >= 0 else { throw unsafe Self.lost(handle, interface) }
    return Int(count) == room
  }

  /// What frames of the interface can begin with, the one chosen first.
  var linkTypes: [LinkType] {
    var list: UnsafeMutablePointer<Int32>?
    let count = unsafe pcap_list_datalinks(handle, &list)
    guard count > 0, let list = unsafe list else { return [linkType] }
    // `count` numbers of libpcap's, which are freed here.
    defer { unsafe pcap_free_datalinks(list) }
    let all = (0..<Int(count)).map { LinkType(unsafe UInt16(truncatingIfNeeded: list[$0])) }
    return [linkType] + all.filter { $0 != linkType }
  }

  /// How many packets the kernel had no room for, from 0 to 2^32 - 1 and around.
  func dropped() -> UInt32? {
    var statistics = pcap_stat()
    // `statistics` is a local of the type that the call fills.
    guard unsafe pcap_stats(handle, &statistics) == 0 else { return nil }
    return statistics.ps_drop
  }

  // MARK: Opening

  private static func open(
    _ interface: String, _ options: LiveOptions
  ) throws(LiveError) -> OpaquePointer {
    // As long as libpcap's messages can be.
    var words = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    guard let handle = unsafe pcap_create(interface, &words) else {
      throw .failed("cannot open \(interface): \(text(words))")
    }
    do throws(LiveError) {
      // These fail for a handle that is active alone.
      _ = unsafe pcap_set_snaplen(handle, Int32(clamping: options.snapshotLength))
      _ = unsafe pcap_set_buffer_size(handle, Int32(clamping: options.bufferSize))
      _ = unsafe pcap_set_promisc(handle, options.isPromiscuous ? 1 : 0)
      _ = unsafe pcap_set_timeout(handle, LiveOptions.delayMilliseconds)
      _ = unsafe pcap_set_immediate_mode(handle, options.isImmediate ? 1 : 0)
      // Where it has no nanoseconds, it goes on with microseconds.
      _ = unsafe pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO)
      try unsafe activate(handle, interface)
      unsafe chooseLinkType(handle)
      if let expression = options.expression {
        try unsafe filter(handle, expression, interface, own: options.filter)
      }
      if options.direction != .both {
        guard unsafe pcap_setdirection(handle, options.direction.pcap) == 0 else {
          throw unsafe .failed("cannot choose the direction on \(interface): \(said(handle))")
        }
      }
      guard unsafe pcap_setnonblock(handle, 1, &words) == 0 else {
        throw .failed("cannot read \(interface): \(text(words))")
      }
    } catch {
      unsafe pcap_close(handle)
      throw error
    }
    return unsafe handle
  }

  private static func activate(
    _ handle: OpaquePointer, _ interface: String
  ) throws(LiveError) {
    let status = unsafe pcap_activate(handle)
    // A warning, like an interface that cannot be promiscuous, is no failure.
    if status >= 0 { return }
    let words = unsafe said(handle)
    switch status {
    case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED:
      throw .notPermitted("capturing on \(interface) needs root or the capability CAP_NET_RAW")
    case PCAP_ERROR_NO_SUCH_DEVICE:
      throw .unusable("there is no interface \(interface)")
    case PCAP_ERROR_IFACE_NOT_UP:
      throw .unusable("the interface \(interface) is down")
    default:
      let reason = words.isEmpty ? unsafe text(pcap_statustostr(status)) : words
      throw .failed("cannot capture on \(interface): \(reason)")
    }
  }

  /// Of several link types, the one that tells on which interface a packet was (LINUX_SLL2), if it
  /// is among them: "any" has it beside the one that it begins with.
  private static func chooseLinkType(_ handle: OpaquePointer) {
    let wanted = Int32(LinkType.linuxCooked2.value)
    guard unsafe pcap_datalink(handle) == Int32(LinkType.linuxCooked.value) else { return }
    // Refused by a libpcap that does not know it: then the other stays.
    _ = unsafe pcap_set_datalink(handle, wanted)
  }

  /// - Parameter own: the user's part of the expression, which must be valid by itself: in
  ///   parentheses, `a) or (b` would be.
  private static func filter(
    _ handle: OpaquePointer, _ expression: String, _ interface: String, own: String?
  ) throws(LiveError) {
    // PCAP_NETMASK_UNKNOWN, a macro that Swift does not import.
    let unknownNetmask: UInt32 = 0xffff_ffff
    for text in [own, expression].compactMap(\.self) {
      var program = unsafe bpf_program()
      guard unsafe pcap_compile(handle, &program, text, 1, unknownNetmask) == 0 else {
        throw unsafe .badFilter(said(handle))
      }
      defer { unsafe pcap_freecode(&program) }
      guard unsafe pcap_setfilter(handle, &program) == 0 else {
        throw unsafe .failed("cannot filter on \(interface): \(said(handle))")
      }
    }
  }

  private static func lost(_ handle: OpaquePointer, _ interface: String) -> LiveError {
    .unusable("no more packets come from \(interface): \(unsafe said(handle))")
  }

  // MARK: Words

  private static func said(_ handle: OpaquePointer) -> String {
    // A C string inside the handle, copied before the next call.
    unsafe text(pcap_geterr(handle))
  }

  private static func text(_ words: UnsafePointer<CChar>) -> String {
    unsafe String(cString: words)
  }

  private static func text(_ words: [CChar]) -> String {
    String(decoding: words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

extension LiveOptions.Direction {
  fileprivate var pcap: pcap_direction_t {
    switch self {
    case .both: PCAP_D_INOUT
    case .incoming: PCAP_D_IN
    case .outgoing: PCAP_D_OUT
    }
  }
}
