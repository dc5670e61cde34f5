/// The program behind a socket: a process, as it was when it was first seen.
public struct ProgramDescription: Equatable, Sendable {
  public var pid: Int32
  /// In clock ticks since the machine started: two processes of one number differ in it.
  var start: UInt64
  /// The command's name, at most 15 octets of it.
  public var name: String
  /// The path of the program's file; nil where it may not be seen.
  public var executable: String?
  public var user: UInt32?
  public var userName: String?
  /// The path of the control group, by which services and containers are known.
  public var controlGroup: String?

  public init(
    pid: Int32, start: UInt64 = 0, name: String, executable: String? = nil, user: UInt32? = nil,
    userName: String? = nil, controlGroup: String? = nil
  ) {
    self.pid = pid
    self.start = start
    self.name = name
    self.executable = executable
    self.user = user
    self.userName = userName
    self.controlGroup = controlGroup
  }

  /// The id of the container that the program runs in: the 64 hexadecimal digits with which
  /// container engines name its control group, alone or in a word like `docker-….scope`.
  public var container: String? {
    guard let path = controlGroup else { return nil }
    for component in path.split(separator: "/").reversed() {
      let words = component.split { !$0.isHexDigit || !$0.isASCII }
      if let id = words.first(where: { $0.utf8.count == 64 }) { return String(id) }
    }
    return nil
  }

  /// The service manager's unit (systemd), as `nginx.service`.
  public var unit: String? {
    controlGroup?.split(separator: "/").last { $0.hasSuffix(".service") }.map(String.init)
  }

  /// From the lines of `/proc/PID/cgroup`, `hierarchy:controllers:path` (cgroups(7)): that of
  /// version 2, or where it is the root that of version 1 which leads furthest.
  static func controlGroup(lines: String) -> String? {
    var best: Substring?
    for line in lines.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, fields[2].hasPrefix("/") else { continue }
      if fields[0] == "0", fields[2] != "/" { return String(fields[2]) }
      if fields[2].utf8.count > best?.utf8.count ?? 0 { best = fields[2] }
    }
    return best.map(String.init)
  }

  /// The effective user in the lines of `/proc/PID/status`: `Uid:`, then real, effective, saved
  /// and filesystem user.
  static func user(status: String) -> UInt32? {
    for line in status.split(separator: "\n") where line.hasPrefix("Uid:") {
      let ids = line.dropFirst(4).split { $0 == "\t" || $0 == " " }
      return ids.count >= 2 ? UInt32(ids[1]) : nil
    }
    return nil
  }

  /// The 22nd field of `/proc/PID/stat`; the second, in parentheses, is a name of any characters.
  static func start(stat: String) -> UInt64? {
    guard let name = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: name)...].split(separator: " ")
    return fields.count >= 20 ? UInt64(fields[19]) : nil
  }
}
