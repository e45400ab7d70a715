"""How each vendor pages its lists, one of each kind: what lets the same faults be committed on all of them."""

from kuulo.sandbox.page_shape import Keys, PageShape

_HUBSPOT_CURSOR: Keys = ("paging", "next", "after")
_HUBSPOT_LINK: Keys = ("paging", "next", "link")

LISTS: dict[str, tuple[PageShape, ...]] = {
    "survicate": (
        PageShape(
            stream="responses",
            path=r"/surveys/[^/]+/responses",
            records_at=("data",),
            links_at=(("pagination_data", "next_url"),),
            size_name="items_per_page",
        ),
    ),
    "hubspot": (
        PageShape(
            stream="feedback_submissions",
            path=r"/crm/v3/objects/feedback_submissions/search",
            records_at=("results",),
            cursors_at=(_HUBSPOT_CURSOR,),
            links_at=(_HUBSPOT_LINK,),
            total_at=("total",),
            size_in="body",
        ),
        PageShape(
            stream="owners", path=r"/crm/v3/owners/?", records_at=("results",), cursors_at=(_HUBSPOT_CURSOR,), links_at=(_HUBSPOT_LINK,)
        ),
    ),
    "dynamics365": (
        PageShape(
            stream="question_responses",
            path=r"/msfp_questionresponses",
            records_at=("value",),
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
            cursors_at=(("after_cursor",),),
            links_at=(("after_url",),),
            size_name="per_page",
        ),
        PageShape(
            stream="satisfaction_ratings",
            path=r"(/api/v2)?/satisfaction_ratings(\.json)?",
            records_at=("satisfaction_ratings",),
            cursors_at=(("meta", "after_cursor"),),
            size_name="page[size]",
        ),
    ),
    "stripe": (PageShape(stream="subscriptions", path=r"/subscriptions", records_at=("data",), last_id="id"),),
}


def list_at(source: str, path: str) -> PageShape | None:
    """How the list at a path below the source's prefix is paged, if it is one of those."""
    return next((shape for shape in LISTS.get(source, ()) if shape.fits(path)), None)
