import Dissection
import TestSupport
import Tracking

/// Everything that makes a run what it is, as a plain value: the hosts, the path between them, what
/// their programs do, what befalls which packet, and what the capture misses.
///
/// Nothing is drawn at random while it runs, so that taking one element away leaves the rest as it
/// was.
public struct Scenario: Equatable, Sendable {
  /// Chooses the hosts' initial sequence numbers, identifications and timer slack.
  public var seed: UInt64
  public var settings = Sides(both: ModelHost.Settings())
  public var path = Path()
  public var calls: [Call] = []
  public var fates: [Fate] = []
  public var window = CaptureWindow()
  /// Up to when the states are compared.
  public var end = Timestamp.at(10)

  public init(seed: UInt64) { self.seed = seed }

  public static let addresses = Sides<SocketAddress>(x: "10.0.0.1:40000", y: "10.0.0.2:80")
}

/// How far the tap is from both hosts, each way.
public struct Path: Equatable, Sendable {
  public struct Leg: Equatable, Sendable {
    public var toTap = Interval.zero
    public var fromTap = Interval.zero
    public init(toTap: Interval = .zero, fromTap: Interval = .zero) {
      self.toTap = toTap
      self.fromTap = fromTap
    }
    /// The capture is taken at this host.
    public var isAtHost: Bool { toTap == .zero && fromTap == .zero }
  }

  public var legs = Sides(both: Leg())
  public init() {}

  public func isTap(at side: Side) -> Bool { legs[side].isAtHost }
}

/// A program does something at its host.
public struct Call: Equatable, Sendable {
  public var time: Timestamp
  public var side: Side
  public var call: ProgramCall

  public init(_ time: Timestamp, _ side: Side, _ call: ProgramCall) {
    self.time = time
    self.side = side
    self.call = call
  }
}

/// What befalls the `packet`th packet (from 1) that `sender` sends.
public struct Fate: Equatable, Sendable {
  /// Before the packet passes the tap, or behind it.
  public enum Stretch: Equatable, Sendable {
    case beforeTap, behindTap
  }

  public enum Event: Equatable, Sendable {
    /// Behind the receiver's own tap, this is a firewall of the receiver's host.
    case lost(Stretch)
    case delayed(Stretch, Interval)
    /// Another one like it follows that much later.
    case duplicated(Stretch, Interval)
    /// The capture has not got it.
    case missed
    /// Captured once more on another interface.
    case copied(Interval)
    /// Written to the file that much later, behind what passed meanwhile.
    case recordedLate(Interval)
  }

  public var sender: Side
  public var packet: Int
  public var event: Event

  public init(_ sender: Side, _ packet: Int, _ event: Event) {
    self.sender = sender
    self.packet = packet
    self.event = event
  }

  /// Something is wrong with the capture, not with the network.
  public var isCaptureFault: Bool {
    switch event {
    case .missed, .recordedLate, .copied: true
    case .lost, .delayed, .duplicated: false
    }
  }
}

/// What of the run the capture holds.
public struct CaptureWindow: Equatable, Sendable {
  public var start: Timestamp?
  public var end: Timestamp?
  /// The only host whose packets it sees.
  public var onlySender: Side?
  public init() {}

  func holds(_ time: Timestamp, from sender: Side) -> Bool {
    (onlySender ?? sender) == sender && time >= start ?? .distantPast
      && time <= end ?? .distantFuture
  }
}
