"""What a paste holds, which checks to run on it, and what they found together."""

from bot.diagnosis.inputs import Address, Inputs, SealedToken, read_inputs
from bot.diagnosis.planning import Planned, plan
from bot.diagnosis.running import CheckRun, Diagnosis, Instruments, diagnose, run_plan

__all__ = [
    "Address",
    "CheckRun",
    "Diagnosis",
    "Inputs",
    "Instruments",
    "Planned",
    "SealedToken",
    "diagnose",
    "plan",
    "read_inputs",
    "run_plan",
]
