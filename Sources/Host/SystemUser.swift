#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A user of this machine (passwd(5), or whatever else the system asks for names).
public struct SystemUser: Equatable, Sendable {
  public var id: UInt32
  public var group: UInt32
  public var name: String

  /// - Returns: nil when nobody has the id.
  public init?(id: UInt32) {
    guard
      let user = unsafe Self.look({ entry, buffer, count, result in
        unsafe getpwuid_r(id, entry, buffer, count, result)
      })
    else { return nil }
    self = user
  }

  /// - Parameter name: or an id in decimal.
  /// - Returns: nil when nobody is called so.
  public init?(named name: String) {
    if let user = unsafe Self.look({ entry, buffer, count, result in
      unsafe getpwnam_r(name, entry, buffer, count, result)
    }) {
      self = user
    } else if let id = UInt32(name), let user = SystemUser(id: id) {
      self = user
    } else {
      return nil
    }
  }

  private typealias Lookup = (
    UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
    UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
  ) -> Int32

  private static func look(_ lookup: Lookup) -> SystemUser? {
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var strings = [CChar](repeating: 0, count: 1024)
    while true {
      // The call writes within the array alone, and says ERANGE when it is too short.
      let number = unsafe strings.withUnsafeMutableBufferPointer { buffer -> Int32 in
        guard let base = buffer.baseAddress else { return EINVAL }
        return unsafe lookup(&entry, base, buffer.count, &found)
      }
      if number == ERANGE, strings.count < 1 << 20 {
        strings = [CChar](repeating: 0, count: strings.count * 4)
        continue
      }
      guard number == 0, unsafe found != nil, let name = unsafe entry.pw_name else { return nil }
      // A C string within `strings`, which is still there.
      return unsafe SystemUser(
        id: entry.pw_uid, group: entry.pw_gid, name: String(cString: name))
    }
  }

  private init(id: UInt32, group: UInt32, name: String) {
    self.id = id
    self.group = group
    self.name = name
  }
}
