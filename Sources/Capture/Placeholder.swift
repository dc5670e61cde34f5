import CPcap
import CZlib
import CZstd
