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
  static let handshakeAnswer = Interval.seconds(1)

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
    if own.sent.contains(.synACK) {
      return Claim(
        answering: own.opening, to: peer.opening, isSocket: own.sent.contains(.syn),
        isAcknowledged: own.handshakePassed.isSet, at: now)
    }
    if own.sent.contains(.syn) {
      return peer.sent.contains(.syn) ? crossedSYNs : Claim(dialling: own.opening, at: now)
    }
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

  /// The other direction was not captured: the acknowledgment shows in what it ends. Where a host
  /// has told of the other FIN, that direction is only silent so far.
  private var unseenAcknowledgment: Belief {
    let isShown = peer.fin.isSent && !peer.fin.isTold
    return isShown || now >= own.fin.transmissions.overdue ? .presumed : .doubted
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
