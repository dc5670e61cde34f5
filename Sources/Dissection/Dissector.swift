/// Why a frame yielded no segment.
public enum SkipReason: String, CaseIterable, Hashable, Sendable {
  /// IP, but another protocol than TCP.
  case notTCP = "not_tcp"
  /// Neither IPv4 nor IPv6.
  case notIP = "not_ip"
  /// A part of a datagram that no other frame completes here.
  case fragment = "fragment"
  /// The frame ends before the TCP flags and window do, or a header is cut.
  case truncated = "truncated"
  /// A header contradicts itself: a length, a version, a data offset.
  case malformed = "malformed"
  /// The link-layer header type is not one we read.
  case unknownLinkType = "unknown_link_type"
}

/// What one frame turned out to be.
public enum Dissected: Sendable {
  case segment(Segment)
  case skipped(SkipReason)
}
