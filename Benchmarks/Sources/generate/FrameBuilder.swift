/// Builds Ethernet frames in a buffer of the caller's.
///
/// Both checksums are right; the sum of a message's octets is looked up by its length.
struct FrameBuilder {
  private let network: Network
  private let message: [UInt8]
  /// Sums of the first n octets of the message as 16-bit words.
  private let messageSums: [UInt32]
  /// Of the segment being built and its pseudo-header (RFC 9293 section 3.1).
  private var sum: UInt32 = 0

  private static let longestMessage = 1_448
  /// Octets that the longest frame takes.
  static let longestFrame = 18 + 40 + 40 + longestMessage

  init(network: Network) {
    self.network = network
    let text = Array("The quick brown fox jumps over the lazy dog. ".utf8)
    message = (0..<FrameBuilder.longestMessage).map { text[$0 % text.count] }
    var sums: [UInt32] = [0]
    for (index, octet) in message.enumerated() {
      sums.append(sums[index] + (index.isMultiple(of: 2) ? UInt32(octet) << 8 : UInt32(octet)))
    }
    messageSums = sums
  }

  /// Builds the frame of one step of a conversation.
  ///
  /// - Parameter began: when the conversation's first segment was sent, in nanoseconds.
  /// - Returns: its length.
  mutating func build(
    _ step: Step, of conversation: Conversation, began: Int64, into out: inout MutableSpan<UInt8>
  ) -> Int {
    let fromInitiator = isInitiator(step.sender, of: conversation)
    let length =
      !step.carriesMessage
      ? 0 : fromInitiator ? conversation.requestLength : conversation.responseLength
    let options = optionsLength(step)
    let segment = 20 + options + length
    let at = network.linkLength + network.networkLength
    storeLink(fromInitiator, &out)
    sum = 6 + UInt32(segment) + messageSums[length]
    if network.ipv6 {
      storeIPv6(conversation.number, fromInitiator, segment: segment, &out)
    } else {
      let first =
        fromInitiator
        ? conversation.initiatorIdentification : conversation.responderIdentification
      storeIPv4(
        conversation.number, fromInitiator, segment: segment,
        identification: first &+ step.identification, &out)
    }
    storePorts(conversation.number, fromInitiator, at: at, &out)
    storeTCP(step, conversation, fromInitiator, at: at, &out)
    storeOptions(step, conversation, fromInitiator, at: at + 20, began: began, &out)
    store(~folded(sum), at: at + 16, &out)
    for index in 0..<length { out[at + 20 + options + index] = message[index] }
    return at + segment
  }

  private func isInitiator(_ party: Party, of conversation: Conversation) -> Bool {
    switch party {
    case .initiator: true
    case .responder: false
    case .closer: conversation.initiatorClosesFirst
    case .other: !conversation.initiatorClosesFirst
    }
  }

  private func storeLink(_ fromInitiator: Bool, _ out: inout MutableSpan<UInt8>) {
    // Locally administered: the router of the clients is 1, the servers' interface is 2.
    store(0x0200, at: 0, &out)
    store(0, at: 2, &out)
    store(fromInitiator ? 2 : 1, at: 4, &out)
    store(0x0200, at: 6, &out)
    store(0, at: 8, &out)
    store(fromInitiator ? 1 : 2, at: 10, &out)
    if let vlan = network.vlan {
      store(0x8100, at: 12, &out)
      store(vlan, at: 14, &out)
    }
    store(network.ipv6 ? 0x86dd : 0x0800, at: network.linkLength - 2, &out)
  }

  /// Initiators are 10.0.0.0/20, responders 192.0.2.1 to .4.
  private mutating func storeIPv4(
    _ number: Int, _ fromInitiator: Bool, segment: Int, identification: UInt16,
    _ out: inout MutableSpan<UInt8>
  ) {
    let at = network.linkLength
    let client: (UInt16, UInt16) = (0x0a00, UInt16(number % Network.clients))
    let server: (UInt16, UInt16) = (0xc000, 0x0201 + UInt16(number % 4))
    let (source, destination) = fromInitiator ? (client, server) : (server, client)
    let timeToLive: UInt16 = fromInitiator ? 58 : 64
    store(0x4500, at: at, &out)
    store(UInt16(20 + segment), at: at + 2, &out)
    store(identification, at: at + 4, &out)
    store(0x4000, at: at + 6, &out)
    store(timeToLive << 8 | 6, at: at + 8, &out)
    store(source.0, at: at + 12, &out)
    store(source.1, at: at + 14, &out)
    store(destination.0, at: at + 16, &out)
    store(destination.1, at: at + 18, &out)
    let addresses =
      UInt32(source.0) + UInt32(source.1) + UInt32(destination.0) + UInt32(destination.1)
    sum += addresses
    let constant: UInt32 = 0x4500 + 0x4000 + UInt32(timeToLive << 8 | 6) + UInt32(20 + segment)
    store(~folded(constant + UInt32(identification) + addresses), at: at + 10, &out)
  }

  /// Initiators are 2001:db8:1::/116, responders 2001:db8::1 to ::4.
  private mutating func storeIPv6(
    _ number: Int, _ fromInitiator: Bool, segment: Int, _ out: inout MutableSpan<UInt8>
  ) {
    let at = network.linkLength
    store(0x6000, at: at, &out)
    store(0, at: at + 2, &out)
    store(UInt16(segment), at: at + 4, &out)
    store(fromInitiator ? 6 << 8 | 58 : 6 << 8 | 64, at: at + 6, &out)
    let (source, destination) = fromInitiator ? (at + 8, at + 24) : (at + 24, at + 8)
    storeAddress(subnet: 1, host: UInt16(number % Network.clients), at: source, &out)
    storeAddress(subnet: 0, host: 1 + UInt16(number % 4), at: destination, &out)
  }

  private mutating func storeAddress(
    subnet: UInt16, host: UInt16, at: Int, _ out: inout MutableSpan<UInt8>
  ) {
    store(0x2001, at: at, &out)
    store(0x0db8, at: at + 2, &out)
    store(subnet, at: at + 4, &out)
    for word in 3..<7 { store(0, at: at + 2 * word, &out) }
    store(host, at: at + 14, &out)
    sum += 0x2001 + 0x0db8 + UInt32(subnet) + UInt32(host)
  }

  private mutating func storePorts(
    _ number: Int, _ fromInitiator: Bool, at: Int, _ out: inout MutableSpan<UInt8>
  ) {
    let client = 32_768 + UInt16(number / Network.clients % Network.ephemeralPorts)
    let server = Network.servicePort(number)
    add(fromInitiator ? client : server, at: at, &out)
    add(fromInitiator ? server : client, at: at + 2, &out)
  }

  private mutating func storeTCP(
    _ step: Step, _ conversation: Conversation, _ fromInitiator: Bool, at: Int,
    _ out: inout MutableSpan<UInt8>
  ) {
    let (own, peer) = fromInitiator ? (step.own, step.peer) : (step.peer, step.own)
    let initiator =
      conversation.initiatorISN &+ own.syn &+ own.fin
      &+ own.messages &* UInt32(conversation.requestLength)
    let responder =
      conversation.responderISN &+ peer.syn &+ peer.fin
      &+ peer.messages &* UInt32(conversation.responseLength)
    let (sequence, acknowledged) =
      fromInitiator ? (initiator, responder) : (responder, initiator)
    addWide(sequence &- step.back, at: at + 4, &out)
    addWide(step.flags.contains(.ack) ? acknowledged : 0, at: at + 8, &out)
    let headerWords = UInt16((20 + optionsLength(step)) / 4)
    add(headerWords << 12 | UInt16(step.flags.rawValue), at: at + 12, &out)
    add(window(step), at: at + 14, &out)
    store(0, at: at + 16, &out)
    store(0, at: at + 18, &out)
  }

  /// Shifted left by 7 except on a SYN: eight megabytes, so that nobody waits.
  private func window(_ step: Step) -> UInt16 { step.flags == .rst ? 0 : 64_240 }

  /// A closed host's RST has none.
  private func optionsLength(_ step: Step) -> Int {
    step.flags == .rst ? 0 : step.flags.contains(.syn) ? 20 : 12
  }

  /// On a SYN: MSS 1460, SACK permitted, timestamps, window scale 7; else timestamps.
  private mutating func storeOptions(
    _ step: Step, _ conversation: Conversation, _ fromInitiator: Bool, at: Int, began: Int64,
    _ out: inout MutableSpan<UInt8>
  ) {
    if step.flags == .rst { return }
    let (own, peer) =
      fromInitiator
      ? (conversation.initiatorClock, conversation.responderClock)
      : (conversation.responderClock, conversation.initiatorClock)
    let value = own &+ milliseconds(began + step.firstSent)
    let echo = step.flags.contains(.ack) ? peer &+ milliseconds(began + step.echoed) : 0
    if step.flags.contains(.syn) {
      add(0x0204, at: at, &out)
      add(1_460, at: at + 2, &out)
      add(0x0402, at: at + 4, &out)
      add(0x080a, at: at + 6, &out)
      addWide(value, at: at + 8, &out)
      addWide(echo, at: at + 12, &out)
      add(0x0103, at: at + 16, &out)
      add(0x0307, at: at + 18, &out)
    } else {
      add(0x0101, at: at, &out)
      add(0x080a, at: at + 2, &out)
      addWide(value, at: at + 4, &out)
      addWide(echo, at: at + 8, &out)
    }
  }

  private func milliseconds(_ nanoseconds: Int64) -> UInt32 {
    UInt32(truncatingIfNeeded: nanoseconds / 1_000_000)
  }

  @inline(__always)
  private func store(_ word: UInt16, at: Int, _ out: inout MutableSpan<UInt8>) {
    out[at] = UInt8(truncatingIfNeeded: word >> 8)
    out[at + 1] = UInt8(truncatingIfNeeded: word)
  }

  /// Stores a word of the segment that its checksum covers.
  @inline(__always)
  private mutating func add(_ word: UInt16, at: Int, _ out: inout MutableSpan<UInt8>) {
    store(word, at: at, &out)
    sum += UInt32(word)
  }

  @inline(__always)
  private mutating func addWide(_ number: UInt32, at: Int, _ out: inout MutableSpan<UInt8>) {
    add(UInt16(truncatingIfNeeded: number >> 16), at: at, &out)
    add(UInt16(truncatingIfNeeded: number), at: at + 2, &out)
  }

  /// A sum of 16-bit words in ones' complement (RFC 1071).
  private func folded(_ sum: UInt32) -> UInt16 {
    var sum = sum
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    return UInt16(sum)
  }
}
