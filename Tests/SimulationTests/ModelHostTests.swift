import Simulation
import TestSupport
import Testing
import Tracking

struct ModelHostTests {
  @Test
  func aHostWithoutASocketIsClosed() {
    let host = ModelHost(
      local: "10.0.0.1:1000", remote: "10.0.0.2:80", settings: ModelHost.Settings(), seed: 1)
    #expect(host.state == .closed)
  }
}
