"""How each vendor pages its lists, one of each kind: what lets the same faults be committed on all of them."""

from kuulo.sandbox.exchange import Request
from kuulo.sandbox.page_shape import Keys, PageShape

_HUBSPOT_CURSOR: Keys = ("paging", "next", "after")
_HUBSPOT_LINK: Keys = ("paging", "next", "link")

LISTS: dict[str, tuple[PageShape, ...]] = {
    "survicate": (
        PageShape(
            stream="responses",
            path=r"/surveys/[^/]+/responses",
            records_at=("data",),
            sized_alike=r"/surveys",
            links_at=(("pagination_data", "next_url"),),
            size_name="items_per_page",
        ),
    ),
    "hubspot": (
        PageShape(
            stream="feedback_submissions",
            path=r"/crm/v3/objects/feedback_submissions/search",
            records_at=("results",),
            sized_alike=r"/crm/v3/objects/\w+/search",
            cursors_at=(_HUBSPOT_CURSOR,),
            links_at=(_HUBSPOT_LINK,),
            total_at=("total",),
            size_in="body",
        ),
        PageShape(
            stream="owners",
            path=r"/crm/v3/owners/?",
            records_at=("results",),
            sized_alike=r"/crm/v3/objects/\w+",
            cursors_at=(_HUBSPOT_CURSOR,),
            links_at=(_HUBSPOT_LINK,),
        ),
    ),
    "dynamics365": (
        PageShape(
            stream="conversations",
            path=r"/msdyn_ocliveworkitems",
            records_at=("value",),
            sized_alike=r"/[a-z_]+",
            links_at=(("@odata.nextLink",),),
            size_in="prefer",
            size_name="odata.maxpagesize",
        ),
    ),
    "intercom": (
        PageShape(
            stream="conversations",
            path=r"/conversations/search",
            records_at=("conversations",),
            sized_alike=r"/(contacts|tickets)/search",
            cursors_at=(("pages", "next", "starting_after"),),
            total_at=("total_count",),
            size_in="body",
            size_name="pagination.per_page",
        ),
    ),
    "zendesk": (
        PageShape(
            stream="tickets",
            path=r"(/api/v2)?/incremental/tickets/cursor(\.json)?",
            records_at=("tickets",),
            sized_alike=r"(/api/v2)?/incremental/users/cursor(\.json)?",
            cursors_at=(("after_cursor",),),
            links_at=(("after_url",),),
            size_name="per_page",
        ),
        PageShape(
            stream="satisfaction_ratings",
            path=r"(/api/v2)?/satisfaction_ratings(\.json)?",
            records_at=("satisfaction_ratings",),
            cursors_at=(("meta", "after_cursor"),),
            links_at=(("links", "next"),),
            size_name="page[size]",
        ),
    ),
    "stripe": (
        PageShape(
            stream="subscriptions",
            path=r"/subscriptions",
            records_at=("data",),
            sized_alike=r"/(customers|invoices|events)",
            last_id="id",
        ),
    ),
}


def list_at(source: str, path: str) -> PageShape | None:
    """How the list at a path below the source's prefix is paged, if it is one of those."""
    return next((shape for shape in LISTS.get(source, ()) if shape.fits(path)), None)


def in_smaller_pages(source: str, request: Request, size: int) -> Request:
    """A request below the source's prefix, if it is for a list, with another size of pages."""
    shape = next((shape for shape in LISTS.get(source, ()) if shape.sizes(request.path)), None)
    return shape.with_size(request, size) if shape else request
