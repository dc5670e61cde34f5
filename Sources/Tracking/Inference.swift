import Dissection

/// From evidence to a claim: what one endpoint's state is at one instant, how sure that is, and
/// what else it can be.
///
/// The possible states are those that fit the endpoint's own packets when everything that merely
/// passed towards it may or may not have arrived. A claim is proved when only one is left, the
/// capture shows no gap, and no timer was consulted.
struct Inference {
  let own: Endpoint
  let peer: Endpoint
  let now: Timestamp
  let profile: HostProfile
  private let rolesKnown: Bool
  private let isGhost: Bool
  /// The capture shows neither a gap nor a missing direction.
  let isWhole: Bool
  /// How long after a packet passed towards it an answer can still be on its way to the tap.
  let answerTime: Interval

  init(
    _ connection: borrowing Connection, _ role: Role, at now: Timestamp, profile: HostProfile
  ) {
    own = connection.ends[role]
    peer = connection.ends[role.peer]
    self.now = now
    self.profile = profile
    rolesKnown = connection.rolesKnown
    answerTime = connection.answerTime(role)
    isGhost = connection.ghosts[role]
    let (hasGap, isOneSided) = (connection.gap != nil, connection.isOneSided)
    isWhole = !hasGap && !isOneSided
  }

  // MARK: The claim

  var claim: Claim {
    var claim = endedByItself ?? beforeEstablished ?? afterEstablished
    applyReset(&claim)
    settleCertainty(&claim)
    return claim
  }

  /// Its own RST or SYN says that it is over: the strongest evidence there is.
  private var endedByItself: Claim? {
    if own.ownReset.isSet {
      var claim = Claim(
        state: .closed, certainty: .proved, possible: StateSet(.closed), since: own.ownReset.time,
        ground: .sentRST, evidence: Evidence(own.ownReset.frame))
      if own.mayAnswerSYN { claim.possible.insert(.synReceived) }
      return claim
    }
    if own.superseded.isSet {
      return Claim(
        state: .closed, certainty: .proved, possible: StateSet(.closed),
        since: own.superseded.time, ground: .newIncarnation,
        evidence: Evidence(own.superseded.frame))
    }
    if isGhost {
      // Of one that has dialled it is not certain.
      let isDial = !own.sent.isDisjoint(with: [.syn, .synACK])
      let alive = isDial ? (handshake.taken ? afterEstablished : opening).possible : StateSet()
      return Claim(
        state: .closed, certainty: .presumed, possible: alive.union(StateSet(.closed)), since: nil,
        ground: .nothingSeen, evidence: Evidence())
    }
    return nil
  }

  // MARK: Handshake

  /// The longest way of a SYN/ACK from the tap to its receiver, and of the ACK back.
  private static let handshakeAnswer = Interval.seconds(1)

  /// Whether its SYN was acknowledged, as far as it can know.
  var handshake: Belief {
    if own.established.isSet || own.fin.isSent { return .yes }
    guard own.sent.contains(.syn) || own.sent.contains(.synACK) else {
      // Of an end whose direction was not captured, the other's packets tell that it answered.
      let isAnswered = own.packets == 0 && !peer.sent.isDisjoint(with: [.plain, .synACK])
      return own.sent.contains(.plain) || !rolesKnown || isAnswered ? .presumed : .no
    }
    guard own.handshakePassed.isSet else { return .no }
    // A SYN/ACK is acknowledged at once: without that, it has not arrived.
    let isUnanswered =
      own.sent.contains(.syn) && own.sent.isDisjoint(with: [.synACK, .plain])
      && now.since(own.handshakePassed.time) > Self.handshakeAnswer
    return own.handshakeDoubted || isUnanswered ? .doubted : .presumed
  }

  private var beforeEstablished: Claim? {
    let belief = handshake
    guard !belief.taken else { return nil }
    var claim = opening
    // What it would be if the acknowledgment had arrived after all.
    if belief == .doubted { claim.possible.formUnion(afterEstablished.possible) }
    return claim
  }

  private var opening: Claim {
    if own.sent.contains(.synACK) { return synReceived }
    if own.sent.contains(.syn) { return peer.sent.contains(.syn) ? crossedSYNs : synSent }
    return awaitingAnswer
  }

  private var awaitingAnswer: Claim {
    var possible: StateSet = [StateSet(.closed)]
    if peer.sent.contains(.syn) { possible.insert(.synReceived) }
    return Claim(
      state: .closed, certainty: .presumed, possible: possible, since: nil,
      ground: peer.sent.contains(.syn) ? .synArrived : .nothingSeen,
      evidence: Evidence(peer.opening.first.frame))
  }

  private var synSent: Claim {
    let opening = own.opening
    let evidence = Evidence(opening.first.frame, opening.last.frame)
    var claim = Claim(
      state: .synSent, certainty: .proved, possible: StateSet(.synSent),
      since: opening.first.time, ground: .sentSYN, evidence: evidence)
    let due = opening.due
    // tcp_syn_retries = 6: 1 + 2 + … + 64 s; of a shorter series another may come.
    let length = due.since(opening.first.time)
    let end =
      length >= .seconds(120)
      ? due : length >= .seconds(60) ? due.advanced(by: Self.timerSlack) : opening.overdue
    if now >= end {
      claim.state = .closed
      claim.since = due
      claim.ground = .handshakeOver
      claim.possible.insert(.closed)
    } else if now >= opening.earliestDue {
      // Silence where a retransmission is due.
      claim.possible.insert(.closed)
    }
    return claim
  }

  /// Both ends dialled (RFC 9293 figure 7): a SYN moves SYN_SENT to SYN_RECEIVED, but one that came
  /// before the end dialled moved nothing, nor one after which it still sends SYN, not SYN/ACK.
  private var crossedSYNs: Claim {
    if own.opening.last.time.since(peer.opening.last.time) > answerTime {
      return Claim(
        state: .synSent, certainty: .presumed,
        possible: [StateSet(.synSent), StateSet(.synReceived)], since: own.opening.first.time,
        ground: .sentSYN, evidence: Evidence(own.opening.first.frame))
    }
    return Claim(
      state: .synReceived, certainty: .presumed,
      possible: [StateSet(.synReceived), StateSet(.synSent)], since: peer.opening.first.time,
      ground: .synArrived, evidence: Evidence(own.opening.first.frame, peer.opening.first.frame))
  }

  /// Never proved: with SYN cookies a listener answers without keeping a socket.
  private var synReceived: Claim {
    let opening = own.opening
    let possible: StateSet = [StateSet(.synReceived), StateSet(.closed)]
    var claim = Claim(
      state: .synReceived, certainty: .presumed, possible: possible,
      since: peer.opening.last.isSet ? peer.opening.first.time : opening.first.time,
      ground: .sentSYNACK, evidence: Evidence(peer.opening.first.frame, opening.first.frame))
    // tcp_synack_retries = 5: 1 + 2 + 4 + 8 + 16 + 32 s, each rounded up by the timer wheel; the
    // last of them begins anew when a SYN is answered once more (tcp_check_req). The socket of a
    // dial that crossed another tries longer.
    let isSocket = own.sent.contains(.syn)
    let end =
      isSocket
      ? opening.due.advanced(by: Self.timerSlack) : opening.last.time.advanced(by: .seconds(33))
    // Only in SYN_SENT some of its retransmissions don't count (tcp_write_timeout,
    // tcp_syn_linear_timeouts).
    let isSpent = isSocket && opening.retransmissions >= 6
    let over = isSpent ? opening.due : max(opening.first.time.advanced(by: .seconds(65)), end)
    let isCookie = !own.handshakePassed.isSet && opening.retransmissions == 0
    let silent = isCookie && opening.overdue < over ? opening.overdue : over
    if now >= silent {
      claim.state = .closed
      claim.since = silent
      claim.ground = .handshakeOver
    }
    return claim
  }

  // MARK: Close

  var peerFINTaken: Belief {
    let fin = peer.fin
    guard fin.isSent else { return .no }
    if fin.acked.isSet { return .yes }
    guard fin.passed.isSet else { return .no }
    return fin.arrivalDoubted ? .doubted : .presumed
  }

  var finAcked: Belief {
    let fin = own.fin
    guard fin.isSent else { return .no }
    if peer.packets == 0 { return unseenAcknowledgment }
    guard fin.ackPassed.isSet else { return .no }
    if fin.ackConfirmed.isSet { return .yes }
    guard fin.ackDoubted else { return .presumed }
    // Silence where another retransmission is overdue: the last acknowledgment has arrived.
    let isSilent = fin.ackPassed.time >= fin.transmissions.last.time
    return isSilent && now >= fin.transmissions.overdue ? .presumed : .doubted
  }

  /// The other direction was not captured: the acknowledgment shows in what it ends.
  private var unseenAcknowledgment: Belief {
    peer.fin.isSent || now >= own.fin.transmissions.overdue ? .presumed : .doubted
  }

  private var closedSecond: Bool {
    own.fin.isSent && peer.fin.isSent && own.fin.ack.isAtOrAfter(peer.fin.end)
  }

  private var afterEstablished: Claim {
    let (acked, taken) = (finAcked, peerFINTaken)
    let facts = CloseFacts(
      finSent: own.fin.isSent, finAcked: acked.taken, peerFINTaken: taken.taken,
      closedSecond: closedSecond)
    let state = facts.state
    var possible = facts.states(finAcked: acked, peerFINTaken: taken)
    if closedSecond, own.fin.mayHaveWaited {
      var crossed = facts
      crossed.closedSecond = false
      possible.formUnion(crossed.states(finAcked: acked, peerFINTaken: taken))
    }
    widenMidStream(&possible)
    if facts.finSent {
      narrowAfterFIN(&possible)
    } else {
      widenWhileOpen(&possible)
    }
    var (ground, since, evidence) = reason(for: state)
    if acked == .doubted, state == .finWait1 || state == .closing || state == .lastAck {
      ground = .ackOfFINLost
      evidence.insert(own.fin.ackPassed.frame)
      evidence.insert(own.fin.transmissions.last.frame)
    }
    var claim = Claim(
      state: state, certainty: acked.isCertain && taken.isCertain ? .proved : .presumed,
      possible: possible, since: since, ground: ground, evidence: evidence)
    applyTimers(&claim)
    return claim
  }

  /// Why the close stands where it stands, since when, and by which frames.
  private func reason(for state: TCPState) -> (Ground, Timestamp?, Evidence) {
    let (fin, peerFIN) = (own.fin, peer.fin)
    switch state {
    case .closeWait:
      let ground: Ground = peerFIN.acked.isSet ? .acknowledgedPeerFIN : .peerFINPassed
      return (ground, peerFIN.arrival.time, Evidence(peerFIN.arrival.frame, peerFIN.acked.frame))
    case .finWait1:
      return (.sentFIN, fin.first.time, Evidence(fin.first.frame))
    case .finWait2:
      let ground: Ground = fin.ackConfirmed.isSet ? .ackOfFINConfirmed : .ackOfFINPassed
      return (
        ground, fin.ackPassed.isSet ? fin.ackPassed.time : nil,
        Evidence(fin.first.frame, fin.ackPassed.frame, fin.ackConfirmed.frame)
      )
    case .closing:
      return (
        .finsCrossed, peerFIN.arrival.time,
        Evidence(fin.first.frame, peerFIN.arrival.frame, peerFIN.acked.frame)
      )
    case .lastAck:
      return (.sentFIN, fin.first.time, Evidence(peerFIN.arrival.frame, fin.first.frame))
    case .timeWait:
      return (
        .timeWaitRuns, timeWaitEntry.time,
        Evidence(
          fin.first.frame, fin.ackPassed.frame, peerFIN.arrival.frame, peerFIN.acked.frame)
      )
    case .closed:
      return (
        .lastACKPassed, fin.ackPassed.isSet ? fin.ackPassed.time : nil,
        Evidence(fin.first.frame, fin.ackPassed.frame)
      )
    case .established, .synSent, .synReceived, .listen:
      return openReason
    }
  }

  private var openReason: (Ground, Timestamp?, Evidence) {
    if own.established.isSet {
      let entered = own.handshakePassed.isSet ? own.handshakePassed : own.established
      return (
        own.sent.contains(.initialSequence) ? .sentInEstablished : .midStream, entered.time,
        Evidence(own.handshakePassed.frame, own.established.frame)
      )
    }
    guard own.handshakePassed.isSet else { return (.midStream, nil, Evidence()) }
    return (
      .handshakePassed, own.handshakePassed.time,
      Evidence(own.opening.first.frame, own.handshakePassed.frame)
    )
  }
}
