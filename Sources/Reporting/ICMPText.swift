import Dissection

extension ICMPError {
  /// What the error says, as people call it.
  public var words: String {
    "ICMP " + (source.address.version4 == nil ? wordsVersion6 : wordsVersion4)
  }

  /// RFC 792, RFC 1812 section 5.2.7.1.
  private var wordsVersion4: String {
    switch (type, code) {
    case (3, 0): "network unreachable"
    case (3, 1): "host unreachable"
    case (3, 2): "protocol unreachable"
    case (3, 3): "port unreachable"
    case (3, 4): "fragmentation needed"
    case (3, 9), (3, 10), (3, 13): "administratively prohibited"
    case (3, _): "destination unreachable, code \(code)"
    case (11, _): "time exceeded"
    case (12, _): "parameter problem"
    default: "type \(type), code \(code)"
    }
  }

  /// RFC 4443 section 3.
  private var wordsVersion6: String {
    switch (type, code) {
    case (1, 0): "no route to destination"
    case (1, 1): "administratively prohibited"
    case (1, 3): "address unreachable"
    case (1, 4): "port unreachable"
    case (1, _): "destination unreachable, code \(code)"
    case (2, _): "packet too big"
    case (3, _): "time exceeded"
    case (4, _): "parameter problem"
    default: "type \(type), code \(code)"
    }
  }
}
