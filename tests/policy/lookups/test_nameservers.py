from typing import Any

from policy.lookups.nameservers import NameServers
from policy.lookups.resolver import Resolver
from policy.model import Known, Question, Unknown


async def test_servers_absence_and_failure_are_three_answers(names: Any) -> None:
    names.records["shop.test", "NS"] = ["NS2.park.test.", "ns1.park.test."]
    names.records["tenant.pages.test", "A"] = ["192.0.2.1"]
    names.broken.add("broken.test")
    source = NameServers(Resolver([names.address], 1.0))

    async def ask(domain: str) -> object:
        return await source.one(Question("name-servers", (domain,)))

    assert await ask("shop.test") == Known(("ns1.park.test", "ns2.park.test"))
    assert await ask("gone.test") == Known(None)
    assert await ask("tenant.pages.test") == Known(())
    assert isinstance(await ask("broken.test"), Unknown)
    assert {kind for _, kind in names.asked} == {"NS"}
