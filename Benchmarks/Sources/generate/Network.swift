/// The addresses and link headers of a capture.
struct Network {
  var ipv6: Bool
  var vlan: UInt16?

  /// The initiators, behind one router; each counts its ports upwards.
  static let clients = 4_096
  /// Linux's ephemeral ports are these many, from 32768.
  static let ephemeralPorts = 28_232

  /// Offset of the network header.
  var linkLength: Int { vlan == nil ? 14 : 18 }
  var networkLength: Int { ipv6 ? 40 : 20 }

  /// Each of the four responders has a service of its own.
  static func servicePort(_ number: Int) -> UInt16 {
    switch number % 4 {
    case 0: 80
    case 1: 443
    case 2: 5_432
    default: 8_080
    }
  }
}
