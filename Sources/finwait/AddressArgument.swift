import ArgumentParser
import Dissection
import Reporting

extension IPAddress {
  /// The value of an option that takes an address.
  init(parsing text: String) throws {
    guard let address = IPAddress(text) else {
      throw ValidationError("an address is like 10.0.0.5 or 2001:db8::5, without a port")
    }
    self = address
  }
}
