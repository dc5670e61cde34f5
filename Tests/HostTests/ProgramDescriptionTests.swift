import Testing

@testable import Host

@Suite struct ProgramDescriptionTests {
  private static let id = String(repeating: "0123456789abcdef", count: 4)

  private func program(_ controlGroup: String?) -> ProgramDescription {
    ProgramDescription(pid: 1, name: "x", controlGroup: controlGroup)
  }

  @Test(arguments: [
    "/system.slice/docker-\(id).scope", "/docker/\(id)", "/machine.slice/libpod-\(id).scope",
    "/machine.slice/libpod-\(id).scope/container",
    "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0a1b2c3d_0011.slice/"
      + "cri-containerd-\(id).scope",
    "/kubepods/besteffort/pod8a6e0d3c-0000-1111-2222-333344445555/\(id)",
  ])
  func containersAreKnownByTheirIds(path: String) {
    #expect(program(path).container == Self.id)
  }

  @Test(arguments: [
    nil, "/", "/user.slice/user-1000.slice/session-2.scope", "/system.slice/nginx.service",
    "/docker/\(id.dropLast())", "/docker/\(id)0",
  ])
  func othersAreNoContainers(path: String?) {
    #expect(program(path).container == nil)
  }

  @Test func unitsAreServices() {
    #expect(program("/system.slice/nginx.service").unit == "nginx.service")
    #expect(program("/system.slice/a.service/worker").unit == "a.service")
    #expect(program("/user.slice/session-2.scope").unit == nil)
  }

  @Test func theControlGroupIsTheOneThatTells() {
    #expect(
      ProgramDescription.controlGroup(lines: "0::/system.slice/a.service")
        == "/system.slice/a.service")
    // A path may hold a colon.
    #expect(ProgramDescription.controlGroup(lines: "0::/a:b") == "/a:b")
    let old = "12:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc/x\n0::/"
    #expect(ProgramDescription.controlGroup(lines: old) == "/docker/abc/x")
    #expect(ProgramDescription.controlGroup(lines: "0::/") == "/")
    #expect(ProgramDescription.controlGroup(lines: "") == nil)
    #expect(ProgramDescription.controlGroup(lines: "garbage\n1:2") == nil)
  }

  @Test func theUserIsTheEffectiveOne() {
    let status = "Name:\tsu\nUmask:\t0022\nUid:\t1000\t33\t0\t0\nGid:\t5\t5\t5\t5\n"
    #expect(ProgramDescription.user(status: status) == 33)
    #expect(ProgramDescription.user(status: "Name:\tUid:\n") == nil)
    #expect(ProgramDescription.user(status: "Uid:\t1000") == nil)
  }

  @Test func theStartStandsBehindTheName() {
    let rest = (3...52).map(String.init).joined(separator: " ")
    #expect(ProgramDescription.start(stat: "77 (a) b) \(rest)") == 22)
    #expect(ProgramDescription.start(stat: "77 (a 3 4 5") == nil)
    #expect(ProgramDescription.start(stat: "77 (a) 3 4 5") == nil)
  }
}
